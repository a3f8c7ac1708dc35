using System.Text;
using HotlinePush.Security;

namespace HotlinePush.Tickets.Attachments;

/// <summary>
/// A file as it is stored: chunks of 64 KiB, each sealed under the ticket's data key together with the attachment's id, its place and whether it is the
/// last. A chunk moved, left out or cut off does not open; when the key is destroyed none does.
/// </summary>
internal static class SealedContent
{
    public const int Chunk = 64 * 1024;
    public const int Overhead = 28;

    public static byte[] Context(string id, int index, bool last) => Encoding.ASCII.GetBytes($"attachment {id} {index} {(last ? "last" : "more")}");

    public static async ValueTask<byte[]> NextAsync(Stream from, int size, CancellationToken ct)
    {
        var chunk = new byte[size];
        var read = await from.ReadAtLeastAsync(chunk, size, throwOnEndOfStream: false, ct);
        return read == size ? chunk : chunk[..read];
    }
}

/// <summary>Reads chunk by chunk, one ahead, so that the last is known for what it is.</summary>
internal abstract class ChunkStream : ReadOnlyStream
{
    private byte[]? _ahead;
    private byte[] _made = [];
    private int _at;
    private int _index;

    public sealed override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
    {
        if (_at == _made.Length)
        {
            var chunk = _ahead ?? await NextAsync(ct);
            if (chunk.Length == 0)
                return 0;
            _ahead = await NextAsync(ct);
            _made = Make(chunk, _index++, last: _ahead.Length == 0);
            _at = 0;
        }

        var count = Math.Min(buffer.Length, _made.Length - _at);
        _made.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    /// <summary>The next chunk; empty at the end.</summary>
    protected abstract ValueTask<byte[]> NextAsync(CancellationToken ct);

    protected abstract byte[] Make(byte[] chunk, int index, bool last);
}

/// <summary>Seals what it is read from. Ends early, and says so, where that is longer than allowed.</summary>
internal sealed class SealingStream(Stream plain, DataKey key, string id, long max) : ChunkStream
{
    private byte[] _tail = [];

    /// <summary>Of what was read: known at the end.</summary>
    public long PlainLength { get; private set; }

    public bool TooLong { get; private set; }

    /// <summary>The last bytes that were read, for what only the end of a file tells.</summary>
    public ReadOnlySpan<byte> Tail => _tail;

    protected override async ValueTask<byte[]> NextAsync(CancellationToken ct)
    {
        if (TooLong)
            return [];
        var chunk = await SealedContent.NextAsync(plain, SealedContent.Chunk, ct);
        PlainLength += chunk.Length;
        TooLong = PlainLength > max;
        if (TooLong)
            return [];
        _tail = [.. _tail.AsSpan(Math.Max(0, _tail.Length + chunk.Length - OfficeParts.TailBytes)), .. chunk];
        return chunk;
    }

    protected override byte[] Make(byte[] chunk, int index, bool last) => key.Seal(chunk, SealedContent.Context(id, index, last));
}

/// <summary>Opens what <see cref="SealingStream"/> sealed. Reading throws a CryptographicException where it was changed, cut off, or lies under another key.</summary>
internal sealed class OpeningStream(Stream box, DataKey key, string id) : ChunkStream
{
    protected override ValueTask<byte[]> NextAsync(CancellationToken ct) => SealedContent.NextAsync(box, SealedContent.Chunk + SealedContent.Overhead, ct);

    protected override byte[] Make(byte[] chunk, int index, bool last) => key.Open(chunk, SealedContent.Context(id, index, last));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            box.Dispose();
        base.Dispose(disposing);
    }
}
