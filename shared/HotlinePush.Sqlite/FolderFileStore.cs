using HotlinePush.Storage;

namespace HotlinePush.Sqlite;

/// <summary>Files below a folder, each under its id with a suffix, so that an id may also be the beginning of another.</summary>
public sealed class FolderFileStore : IFileStore
{
    public const string FolderName = "files";
    internal const string PartialSuffix = ".partial";
    private const string Suffix = ".file";

    private readonly string _folder;
    private readonly Lock _naming = new();

    public FolderFileStore(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(_folder);
    }

    public async Task<long> PutAsync(string id, Stream content, CancellationToken ct = default)
    {
        var path = PathOf(id);
        if (File.Exists(path))
            return new FileInfo(path).Length;
        var folder = Path.GetDirectoryName(path)!;
        CreateFolder(folder);
        var partial = $"{path}.{Guid.NewGuid():N}{PartialSuffix}";
        try
        {
            long length;
            await using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous))
            {
                await content.CopyToAsync(file, ct).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
                length = file.Length;
            }

            // On Unix .NET's move without overwriting is a look and then a rename.
            // The folder has one process, so a lock makes the two one step.
            lock (_naming)
            {
                if (File.Exists(path))
                    return new FileInfo(path).Length;
                File.Move(partial, path, overwrite: false);
            }

            Disk.SyncFolder(folder);
            return length;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    public Task<Stream?> OpenAsync(string id, CancellationToken ct = default)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(
                PathOf(id), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 4096, FileOptions.Asynchronous));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task DeleteAsync(string id, CancellationToken ct = default)
    {
        var path = PathOf(id);
        if (File.Exists(path))
        {
            File.Delete(path);
            Disk.SyncFolder(Path.GetDirectoryName(path)!);
        }

        return Task.CompletedTask;
    }

    /// <summary>A new folder is durable only when the one above it is synced.</summary>
    private void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var above = Path.GetDirectoryName(folder)!;
        if (above.Length >= _folder.Length)
            CreateFolder(above);
        Directory.CreateDirectory(folder);
        Disk.SyncFolder(above);
    }

    private string PathOf(string id) => Path.Combine(_folder, FileIds.Check(id) + Suffix);
}
