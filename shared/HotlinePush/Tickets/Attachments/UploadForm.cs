using System.Text;
using HotlinePush.Jobs;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace HotlinePush.Tickets.Attachments;

/// <summary>One file of a form, to be read before the next is asked for.</summary>
/// <param name="Field">The part's name in the form.</param>
public sealed record UploadPart(string Field, string? Name, Stream Content);

/// <summary>
/// A multipart form read part by part, so that files go from the network into the store and never as a whole through memory or a temporary folder.
/// Fields that stand before the first file are known when it comes.
/// </summary>
public sealed class UploadForm
{
    private const int MaxField = 64 * 1024;
    private const int MaxFields = 100;

    private readonly MultipartReader _reader;
    private readonly RawBody _raw;

    private UploadForm(MultipartReader reader, RawBody raw) => (_reader, _raw) = (reader, raw);

    public Dictionary<string, string> Fields { get; } = new(StringComparer.Ordinal);

    public static bool IsMultipart(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    /// <summary>Null where the request is no multipart form.</summary>
    public static UploadForm? Of(HttpContext http)
    {
        if (http.Request.Headers.ContentEncoding.Count > 0 || !IsMultipart(http.Request))
            return null;
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(http.Request.ContentType).Boundary).ToString();
        if (boundary.Length is 0 or > 200)
            return null;
        var raw = new RawBody(http.Request.Body);
        http.Response.RegisterForDispose(raw);
        return new(new(boundary, raw), raw);
    }

    /// <summary>Reads fields up to the next file; null at the end of the form. A file field that was left empty is no file.</summary>
    /// <exception cref="InvalidDataException">The form breaks off, or its fields are beyond all measure.</exception>
    public async Task<UploadPart?> NextFileAsync(CancellationToken ct)
    {
        try
        {
            while (await _reader.ReadNextSectionAsync(ct) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var part) || !part.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase))
                    continue;
                var field = HeaderUtilities.RemoveQuotes(part.Name).ToString();
                if (part.IsFileDisposition())
                {
                    var name = HeaderUtilities.RemoveQuotes(part.FileNameStar.HasValue ? part.FileNameStar : part.FileName).ToString();
                    // What browsers send for a field in which nothing was chosen.
                    if (name.Length == 0)
                    {
                        await section.Body.CopyToAsync(Stream.Null, ct);
                        continue;
                    }

                    return new(field, name, section.Body);
                }

                var value = await SealedContent.NextAsync(section.Body, MaxField + 1, ct);
                if (value.Length > MaxField || Fields.Count >= MaxFields)
                    throw new InvalidDataException("The form's fields are too long.");
                Fields.TryAdd(field, Encoding.UTF8.GetString(value));
            }
        }
        catch (IOException e) when (_raw.AtEnd && e is not BadHttpRequestException)
        {
            throw new InvalidDataException("The form breaks off.", e);
        }

        return null;
    }

    /// <summary>SHA-256 of the whole body, lower-case hex, once the form has been read to its end.</summary>
    public async Task<string> HashAsync(CancellationToken ct)
    {
        await _raw.CopyToAsync(Stream.Null, ct);
        return _raw.Hash();
    }
}
