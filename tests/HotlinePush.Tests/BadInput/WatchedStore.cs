using System.Collections.Concurrent;
using HotlinePush.Storage;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Tests.BadInput;

/// <summary>
/// Notes what each request commits, by the id the test gave it in <see cref="Header"/>. What pumps and timers commit meanwhile belongs to
/// no request and is not counted. Counts, kept answers and the audit log are no content: a refused request may leave them.
/// </summary>
public sealed class WatchedStore(ITableStore inner) : ITableStore
{
    public const string Header = "X-Test-Request";

    private static readonly HashSet<string> Besides = new(StringComparer.Ordinal) { CodeGuesses.Table, IdempotencyStore.Table, "audit" };
    private static readonly AsyncLocal<string?> Current = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _commits = new(StringComparer.Ordinal);

    public Task<Row?> ReadAsync(string table, string partition, string row, CancellationToken ct = default) => inner.ReadAsync(table, partition, row, ct);

    public Task<RowPage> ReadRangeAsync(string table, string partition, KeyRange range, int limit, string? continuation = null, CancellationToken ct = default) =>
        inner.ReadRangeAsync(table, partition, range, limit, continuation, ct);

    public async Task<CommitResult> CommitAsync(Batch batch, CancellationToken ct = default)
    {
        var result = await inner.CommitAsync(batch, ct);
        if (result.Committed && Current.Value is { } request && !Besides.Contains(batch.Table))
            _commits.GetOrAdd(request, _ => new()).Enqueue($"{batch.Table}/{batch.Partition}");
        return result;
    }

    /// <summary>What that request stored; asked once.</summary>
    public IReadOnlyCollection<string> StoredBy(string request) => _commits.TryRemove(request, out var commits) ? commits : [];

    /// <summary>First in the pipeline, so that everything a request does runs under its id.</summary>
    internal sealed class Naming : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((HttpContext http, RequestDelegate go) =>
            {
                Current.Value = http.Request.Headers[Header].FirstOrDefault() ?? "unnamed";
                return go(http);
            });
            next(app);
        };
    }
}
