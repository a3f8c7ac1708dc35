using System.Collections.Concurrent;
using HotlinePush.Storage;

namespace HotlinePush.Tests.Support;

public sealed class MemoryFileStore : IFileStore
{
    private readonly ConcurrentDictionary<string, byte[]> _files = new();

    public int Count => _files.Count;

    public async Task<long> PutAsync(string id, Stream content, CancellationToken ct = default)
    {
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, ct);
        return _files.GetOrAdd(id, bytes.ToArray()).Length;
    }

    public Task<Stream?> OpenAsync(string id, CancellationToken ct = default) =>
        Task.FromResult<Stream?>(_files.TryGetValue(id, out var bytes) ? new MemoryStream(bytes, writable: false) : null);

    public Task DeleteAsync(string id, CancellationToken ct = default)
    {
        _files.TryRemove(id, out _);
        return Task.CompletedTask;
    }
}
