namespace HotlinePush.Sqlite;

/// <summary>One process per folder: an exclusive lock the system ends with the process, however it ends.</summary>
internal sealed class FolderLock : IDisposable
{
    public const string FileName = "hotline.lock";

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    public static FolderLock Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new(new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new SqliteFolderException($"The folder {folder} cannot be written: {e.Message}", e);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException)
        {
            throw new SqliteFolderException($"The folder {folder} is in use by another process. Stop that one first, or choose another folder.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
