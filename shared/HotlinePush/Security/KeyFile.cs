using System.Runtime.InteropServices;

namespace HotlinePush.Security;

/// <summary>The key file is missing where it must exist, cannot be read or written, or is damaged.</summary>
public sealed class KeyFileException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>
/// The key ring of an embedded host, in a file that only its owner may read (mode 0600). It lies outside the data folder:
/// a copy of the data alone tells nothing about people. Without it their data cannot be read; it is never replaced.
/// </summary>
public static class KeyFile
{
    /// <param name="dataFolder">Where given, a key file inside it is refused.</param>
    /// <exception cref="KeyFileException">Unreadable, damaged, or cannot be created.</exception>
    public static KeyRing LoadOrCreate(string path, string? dataFolder = null)
    {
        path = Path.GetFullPath(path);
        if (dataFolder is not null && IsInside(path, Path.GetFullPath(dataFolder)))
            throw new KeyFileException($"The key file {path} would lie inside the data folder, where a copy of the data would carry its keys. Choose another place.");
        if (Path.Exists(path))
            return Load(path);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Write(KeyRing.Create(), path, replace: false);
        }
        catch (IOException) when (Path.Exists(path))
        {
            // Another process was first; its ring is the one that counts.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"The key file {path} cannot be created: {e.Message}", e);
        }

        return Load(path);
    }

    /// <summary>For a data folder that holds data already: a missing key file is an error then, never a reason to make new keys.</summary>
    /// <exception cref="KeyFileException">Missing, unreadable or damaged.</exception>
    public static KeyRing Load(string path)
    {
        try
        {
            return KeyRing.Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"The key file {path} cannot be read: {e.Message} Stored personal data cannot be opened without it; restore it from its backup.", e);
        }
        catch (FormatException e)
        {
            throw new KeyFileException($"The key file {path} is damaged: {e.Message} It was left as it is; restore it from its backup.", e);
        }
    }

    /// <summary>Puts a rotated ring in the place of the one before it, whole or not at all.</summary>
    /// <exception cref="KeyFileException">It cannot be written; the former file stands.</exception>
    public static void Save(KeyRing ring, string path)
    {
        try
        {
            Write(ring, Path.GetFullPath(path), replace: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"The key file {path} cannot be written: {e.Message}", e);
        }
    }

    private static void Write(KeyRing ring, string path, bool replace)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(temporary, options))
            {
                file.Write(System.Text.Encoding.UTF8.GetBytes(ring.ToJson()));
                file.Flush(flushToDisk: true);
            }

            if (replace || OperatingSystem.IsWindows())
                File.Move(temporary, path, replace);
            else
                Place(temporary, path);
            FlushFolder(Path.GetDirectoryName(path)!);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Only the first of many wins. On Unix .NET's move without replacing looks first and then renames: two may win. A hard link does both in one.</summary>
    /// <exception cref="IOException">There is a file already.</exception>
    private static void Place(string temporary, string path)
    {
        const int Exists = 17;
        if (Link(temporary, path) == 0)
            return;
        if (Marshal.GetLastPInvokeError() == Exists)
            throw new IOException($"The file {path} is there already.");
        // A file system without hard links.
        File.Move(temporary, path, overwrite: false);
    }

    private static bool IsInside(string path, string folder) =>
        path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // A rename survives a power cut only when its folder is on disk too; .NET opens no folders, so the C library does.
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var handle = Open(folder, 0);
        if (handle < 0)
            return;
        var failed = Fsync(handle) != 0;
        _ = Close(handle);
        if (failed)
            throw new IOException($"The folder {folder} cannot be flushed to disk.");
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int handle);
}
