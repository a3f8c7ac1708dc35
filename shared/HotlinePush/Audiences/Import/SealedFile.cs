using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Audiences.Import;

/// <summary>
/// A working file of an import: records in blocks, each sealed under the job's key. When the job has ended key and file are gone.
/// </summary>
internal static class SealedFile
{
    public static readonly byte[] Context = "import"u8.ToArray();

    /// <summary>Writes the records to the end. A file of that id from a worker that died later stays; the same records lie in it.</summary>
    public static async Task WriteAsync(IFileStore files, string id, DataKey key, Func<SealedWriter, Task> write, CancellationToken ct)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19));
        var put = PutAsync();
        try
        {
            using (var writer = new SealedWriter(pipe.Writer, key))
            {
                await write(writer);
                await writer.FlushAsync();
            }

            await pipe.Writer.CompleteAsync();
        }
        catch (Exception e)
        {
            await pipe.Writer.CompleteAsync(e);
            await put.ContinueWith(static _ => { }, TaskScheduler.Default);
            throw;
        }

        await put;

        async Task PutAsync()
        {
            try
            {
                await files.PutAsync(id, pipe.Reader.AsStream(leaveOpen: true), ct);
            }
            finally
            {
                await pipe.Reader.CompleteAsync();
            }
        }
    }
}

internal sealed class SealedWriter : IDisposable
{
    private const int BlockBytes = 64 * 1024;

    private readonly PipeWriter _to;
    private readonly DataKey _key;
    private readonly MemoryStream _block = new(BlockBytes * 2);
    private bool _closed;

    public SealedWriter(PipeWriter to, DataKey key)
    {
        (_to, _key) = (to, key);
        Record = new(_block, Encoding.UTF8);
    }

    /// <summary>Write one record here, then <see cref="EndRecordAsync"/>.</summary>
    public BinaryWriter Record { get; }

    public ValueTask EndRecordAsync() => _block.Length < BlockBytes ? ValueTask.CompletedTask : new(FlushAsync());

    public async Task FlushAsync()
    {
        Record.Flush();
        if (_block.Length > 0 && !_closed)
        {
            var box = _key.Seal(_block.GetBuffer().AsSpan(0, (int)_block.Length), SealedFile.Context);
            BinaryPrimitives.WriteInt32LittleEndian(_to.GetSpan(4), box.Length);
            _to.Advance(4);
            // Nobody reads where the file was there already.
            _closed = (await _to.WriteAsync(box)).IsCompleted;
        }

        _block.SetLength(0);
    }

    public void Dispose() => Record.Dispose();
}

/// <param name="Block">Offset of a block in the file.</param>
/// <param name="Records">Records of it that are done with.</param>
internal readonly record struct SealedPosition(long Block, int Records);

/// <summary>Reads records one after the other; <typeparamref name="T"/> is what <paramref name="read"/> makes of one.</summary>
internal sealed class SealedReader<T>(Stream from, DataKey key, Func<BinaryReader, T> read) : IDisposable
{
    private long _at;
    private BinaryReader? _block;
    private SealedPosition _position;

    /// <summary>Where the next record is.</summary>
    public SealedPosition Position => _position;

    public T Current { get; private set; } = default!;

    public static async Task<SealedReader<T>> OpenAsync(IFileStore files, string id, DataKey key, Func<BinaryReader, T> read, SealedPosition at, CancellationToken ct)
    {
        var stream = await files.OpenAsync(id, ct) ?? throw new FileNotFoundException($"The working file {id} of an import under way is gone.");
        var reader = new SealedReader<T>(stream, key, read);
        await reader.GoToAsync(at, ct);
        return reader;
    }

    public async ValueTask<bool> NextAsync(CancellationToken ct)
    {
        while (_block is null || _block.BaseStream.Position == _block.BaseStream.Length)
            if (!await NextBlockAsync(ct))
                return false;
        Current = read(_block);
        _position = _position with { Records = _position.Records + 1 };
        return true;
    }

    private async Task<bool> NextBlockAsync(CancellationToken ct)
    {
        var head = new byte[4];
        var begin = _at;
        if (await from.ReadAtLeastAsync(head, 4, throwOnEndOfStream: false, ct) is not 4)
            return false;
        var box = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
        await from.ReadExactlyAsync(box, ct);
        _at += 4 + box.Length;
        _block = new(new MemoryStream(key.Open(box, SealedFile.Context)), Encoding.UTF8);
        _position = new(begin, 0);
        return true;
    }

    private async Task GoToAsync(SealedPosition at, CancellationToken ct)
    {
        if (at.Block > 0)
        {
            if (from.CanSeek)
                from.Position = at.Block;
            else
            {
                var skipped = new byte[64 * 1024];
                for (var left = at.Block; left > 0;)
                {
                    var count = await from.ReadAsync(skipped.AsMemory(0, (int)Math.Min(skipped.Length, left)), ct);
                    left -= count > 0 ? count : throw new EndOfStreamException();
                }
            }
        }

        _at = at.Block;
        for (var i = 0; i < at.Records; i++)
            await NextAsync(ct);
    }

    public void Dispose() => from.Dispose();
}
