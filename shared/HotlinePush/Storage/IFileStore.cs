namespace HotlinePush.Storage;

/// <summary>Files put once under an id and never changed: attachments, imports, exports.</summary>
public interface IFileStore
{
    /// <summary>
    /// Stores the stream to its end, durably, and returns its length in bytes. An id that is taken already keeps its first content:
    /// the call then returns that length. A stream that fails half-way leaves nothing.
    /// </summary>
    /// <param name="id">1–200 of <c>a–z 0–9 - /</c>.</param>
    Task<long> PutAsync(string id, Stream content, CancellationToken ct = default);

    /// <summary>A readable stream, or null where there is no such file. The caller disposes it.</summary>
    Task<Stream?> OpenAsync(string id, CancellationToken ct = default);

    /// <summary>Absent afterwards; a missing file is no error.</summary>
    Task DeleteAsync(string id, CancellationToken ct = default);
}
