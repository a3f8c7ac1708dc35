using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;

namespace HotlinePush.Web;

/// <summary>
/// Gives the server's own refusals a body. Kestrel answers what it cannot parse (an escaped NUL in the path, raw bytes above ASCII, a bad
/// header, a line too long) before any middleware runs, with an empty body; clients are promised a code with every error.
/// </summary>
/// <remarks>
/// Such an answer is one write: status line, <c>Content-Length: 0</c>, <c>Connection: close</c>. Only a write of exactly that shape is
/// changed, in the server's own buffer; everything else passes untouched.
/// </remarks>
public static class BareRefusals
{
    public static ConnectionDelegate Middleware(ConnectionDelegate next) => async connection =>
    {
        connection.Transport = new Duplex(connection.Transport.Input, new Rewriter(connection.Transport.Output));
        await next(connection);
    };

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Rewriter(PipeWriter inner) : PipeWriter
    {
        private const int Room = 4096;
        private Memory<byte> _memory;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;
        public override long UnflushedBytes => inner.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory = inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes)
        {
            var written = _memory.Span[..Math.Min(bytes, _memory.Length)];
            if (bytes is > 0 and < 512 && written.StartsWith("HTTP/1.1 4"u8) && Rewrite(written) is { } answer && answer.Length <= _memory.Length)
            {
                answer.CopyTo(_memory.Span);
                bytes = answer.Length;
            }

            inner.Advance(bytes);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken ct = default) => inner.FlushAsync(ct);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken ct = default)
        {
            if (source.Length is 0 or > Room)
                return inner.WriteAsync(source, ct);
            source.Span.CopyTo(GetSpan(source.Length));
            Advance(source.Length);
            return inner.FlushAsync(ct);
        }

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        private static byte[]? Rewrite(ReadOnlySpan<byte> written)
        {
            if (!written.EndsWith("\r\n\r\n"u8) || written.IndexOf("\r\nContent-Length: 0\r\n"u8) < 0 || written.IndexOf("\r\nConnection: close\r\n"u8) < 0 || written.IndexOf("\r\nContent-Type:"u8) >= 0)
                return null;
            var status = int.Parse(Encoding.ASCII.GetString(written[9..12]), NumberStyles.None, CultureInfo.InvariantCulture);
            var problem = Problem.Of(new(Problems.CodeOf(status), "请求不符合 HTTP 格式：请检查地址、请求头与长度，特殊字符须以 UTF-8 作百分号编码。")) with { Status = status };
            var body = JsonSerializer.SerializeToUtf8Bytes(problem, WireJson.Options);
            var head = Encoding.ASCII.GetString(written).Replace(
                "\r\nContent-Length: 0\r\n",
                string.Create(CultureInfo.InvariantCulture, $"\r\nContent-Length: {body.Length}\r\nContent-Type: {Problem.MediaType}\r\n"), StringComparison.Ordinal);
            return [.. Encoding.ASCII.GetBytes(head), .. body];
        }
    }
}
