using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using HotlinePush.Storage;
using PlatformETag = Azure.ETag;

namespace HotlinePush.Azure;

/// <summary>Files as block blobs of one container, put only where there is none of that name. Streamed both ways; a broken upload leaves uncommitted blocks, which the platform takes away.</summary>
public sealed class AzureFileStore(BlobContainerClient container) : IFileStore
{
    public async Task<long> PutAsync(string id, Stream content, CancellationToken ct = default)
    {
        var blob = container.GetBlobClient(FileIds.Check(id));
        try
        {
            // Whoever sends it again is not made to send it to its end.
            if (await LengthAsync(blob, ct) is { } known)
                return known;
            var counted = new CountedStream(content);
            await blob.UploadAsync(counted, new BlobUploadOptions { Conditions = new() { IfNoneMatch = PlatformETag.All } }, ct);
            return counted.Count;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return await LengthAsync(blob, ct) ?? throw Failures.OfStore(e);
        }
        catch (Exception e) when (e is not CountedStream.SourceException && Failures.IsOfTheCloud(e, ct))
        {
            throw Failures.OfStore(e);
        }
        catch (CountedStream.SourceException e)
        {
            throw e.InnerException!;
        }
    }

    public async Task<Stream?> OpenAsync(string id, CancellationToken ct = default)
    {
        try
        {
            // One answer for the whole file: a file that is deleted meanwhile is still read to its end.
            var answer = await container.GetBlobClient(FileIds.Check(id)).DownloadStreamingAsync(cancellationToken: ct);
            return answer.Value.Content;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
        catch (Exception e) when (Failures.IsOfTheCloud(e, ct))
        {
            throw Failures.OfStore(e);
        }
    }

    public async Task DeleteAsync(string id, CancellationToken ct = default)
    {
        try
        {
            await container.GetBlobClient(FileIds.Check(id)).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: ct);
        }
        catch (Exception e) when (Failures.IsOfTheCloud(e, ct))
        {
            throw Failures.OfStore(e);
        }
    }

    private async Task<long?> LengthAsync(BlobClient blob, CancellationToken ct)
    {
        try
        {
            return (await blob.GetPropertiesAsync(cancellationToken: ct)).Value.ContentLength;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            if (e.ErrorCode == BlobErrorCode.ContainerNotFound)
                await container.CreateIfNotExistsAsync(cancellationToken: ct);
            return null;
        }
    }

    /// <summary>Counts what went through, and tells a fault of the sender from one of the cloud.</summary>
    private sealed class CountedStream(Stream source) : Stream
    {
        public sealed class SourceException(Exception inner) : Exception("The content could not be read.", inner);

        public long Count { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read;
            try
            {
                read = await source.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new SourceException(e);
            }

            Count += read;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => Count; set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
