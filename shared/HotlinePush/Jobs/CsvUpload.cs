using System.Security.Cryptography;
using HotlinePush.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace HotlinePush.Jobs;

/// <param name="BodyHash">SHA-256 of the raw body, lower-case hex, for <c>Idempotency-Key</c>.</param>
public sealed record Uploaded(string FileId, string BodyHash);

/// <summary>Takes a CSV file out of a request, as the body itself or as the first file of a multipart form, straight into the file store.</summary>
public static class CsvUpload
{
    /// <summary>Media types of spreadsheets, for endpoints that take them as well.</summary>
    public static readonly IReadOnlyList<string> Spreadsheets = ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/octet-stream"];

    private static readonly Refusal WrongType = new("unsupportedMediaType", "请以 text/csv 提交文件内容，或以 multipart/form-data 提交文件。");
    private static readonly Refusal BadForm = new("badForm", "表单不完整，请重新提交。");
    private static readonly Refusal NoFile = Refusal.Of("required", "file", "请选择要导入的 CSV 文件。");
    private static readonly Refusal EmptyFile = Refusal.Of("required", "file", "文件是空的。");

    public static async Task<(Uploaded? File, Refusal? Refusal)> ReceiveAsync(HttpContext http, IFileStore files, string fileId, IReadOnlyList<string>? alsoTakes = null)
    {
        if (http.Request.Headers.ContentEncoding.Count > 0 || !MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type))
            return (null, WrongType);
        var ct = http.RequestAborted;
        await using var raw = new RawBody(http.Request.Body);
        long length;
        if (type.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase) || alsoTakes?.Contains(type.MediaType.ToString(), StringComparer.OrdinalIgnoreCase) == true)
            length = await files.PutAsync(fileId, raw, ct);
        else if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
            if (boundary.Length is 0 or > 200)
                return (null, BadForm);
            try
            {
                if (await PutFirstFileAsync(new(boundary, raw), files, fileId, ct) is not { } put)
                    return (null, NoFile);
                length = put;
            }
            catch (IOException e) when (raw.AtEnd && e is not (BadHttpRequestException or TableStoreException))
            {
                // The form reader's word for a form that breaks off.
                return (null, BadForm);
            }
        }
        else
            return (null, WrongType);

        await raw.CopyToAsync(Stream.Null, ct);
        if (length > 0)
            return (new(fileId, raw.Hash()), null);
        await files.DeleteAsync(fileId, ct);
        return (null, EmptyFile);
    }

    private static async Task<long?> PutFirstFileAsync(MultipartReader form, IFileStore files, string fileId, CancellationToken ct)
    {
        while (await form.ReadNextSectionAsync(ct) is { } section)
            if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var part) && part.IsFileDisposition())
                return await files.PutAsync(fileId, section.Body, ct);
        return null;
    }
}

/// <summary>The body as it came, hashed while it is read.</summary>
internal sealed class RawBody(Stream inner) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public bool AtEnd { get; private set; }

    public string Hash() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default)
    {
        var read = await inner.ReadAsync(buffer, ct);
        AtEnd |= read == 0 && buffer.Length > 0;
        _hash.AppendData(buffer.Span[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken ct) => ReadAsync(buffer.AsMemory(offset, count), ct).AsTask();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
