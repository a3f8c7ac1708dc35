using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HotlinePush.Web;

/// <summary>Marks an endpoint that takes more than the usual body.</summary>
public sealed record UploadLimit(long MaxBytes);

/// <summary>
/// Bodies of at most 1 MiB, unless the endpoint says otherwise. Counted here rather than by the server, because in Azure Functions
/// there is another server in front.
/// </summary>
public sealed class BodyLimit(RequestDelegate next)
{
    public const long DefaultBytes = 1024 * 1024;

    public async Task InvokeAsync(HttpContext http)
    {
        var max = http.GetEndpoint()?.Metadata.GetMetadata<UploadLimit>()?.MaxBytes ?? DefaultBytes;
        if (http.Request.ContentLength > max)
        {
            http.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
            server.MaxRequestBodySize = null;
        http.Request.Body = new Counted(http.Request.Body, max);
        await next(http);
    }

    private sealed class Counted(Stream inner, long max) : Stream
    {
        private long _left = max;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        // A size that overflows within chunked framing, or a client that hangs up, reaches us as a plain IOException. Neither is our fault.
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
        {
            try
            {
                return Count(await inner.ReadAsync(buffer, ct));
            }
            catch (IOException e) when (e is not BadHttpRequestException)
            {
                throw new BadHttpRequestException("The body could not be read.", e);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken ct) => ReadAsync(buffer.AsMemory(offset, count), ct).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Count(int read) => (_left -= read) >= 0
            ? read
            : throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
    }
}

public static class UploadExtensions
{
    public static TBuilder TakesUpload<TBuilder>(this TBuilder builder, long maxBytes) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new UploadLimit(maxBytes));
}
