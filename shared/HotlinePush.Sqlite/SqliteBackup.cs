namespace HotlinePush.Sqlite;

/// <summary>A backup is a folder with a compact copy of the database and the files as they were put.</summary>
internal static class SqliteBackup
{
    private const string Aside = ".before-restore";

    public static void Write(SqliteDatabase database, string path, CancellationToken ct)
    {
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new SqliteFolderException($"The folder {path} is not empty; a backup goes into a folder of its own.");
        Directory.CreateDirectory(path);
        var copy = Path.Combine(path, SqliteDatabase.FileName);
        var partial = copy + ".partial";
        try
        {
            using var connection = new Connection(database.FilePath, readOnly: true);
            using var vacuum = new Statement(connection, "VACUUM INTO ?1");
            vacuum.Bind(1, partial).Run();
        }
        catch (SqliteError e)
        {
            File.Delete(partial);
            throw new SqliteFolderException($"The backup to {path} failed: {e.Message}", e);
        }

        // After the rows: a file is put before the row that names it, so every row of the copy finds its file.
        CopyFiles(Path.Combine(database.Folder, FolderFileStore.FolderName), Path.Combine(path, FolderFileStore.FolderName), ct);
        Disk.SyncFile(partial);
        // The name comes last: a folder without it is no backup.
        File.Move(partial, copy);
        Disk.SyncFolder(path);
    }

    public static void Restore(string folder, string backup, bool replace)
    {
        var source = Path.Combine(backup, SqliteDatabase.FileName);
        Check(source);
        using var taken = FolderLock.Take(folder);
        var target = Path.Combine(folder, SqliteDatabase.FileName);
        var files = Path.Combine(folder, FolderFileStore.FolderName);
        if (!replace && (File.Exists(target) || Directory.Exists(files)))
            throw new SqliteFolderException($"The folder {folder} holds data already. Restore into an empty folder, or say that it may be replaced.");

        var arriving = target + ".restoring";
        File.Copy(source, arriving, overwrite: true);
        Disk.SyncFile(arriving);
        var arrivingFiles = files + ".restoring";
        if (Directory.Exists(arrivingFiles))
            Directory.Delete(arrivingFiles, recursive: true);
        CopyFiles(Path.Combine(backup, FolderFileStore.FolderName), arrivingFiles, default);

        // The old log belongs to the old file only: it leaves with it, before the new one takes the name.
        foreach (var old in new[] { target, target + "-wal", target + "-shm" })
        {
            if (File.Exists(old))
                File.Move(old, old + Aside, overwrite: true);
            else
                File.Delete(old + Aside);
        }

        if (Directory.Exists(files))
        {
            if (Directory.Exists(files + Aside))
                Directory.Delete(files + Aside, recursive: true);
            Directory.Move(files, files + Aside);
        }

        if (Directory.Exists(arrivingFiles))
            Directory.Move(arrivingFiles, files);
        File.Move(arriving, target);
        Disk.SyncFolder(folder);
    }

    private static void Check(string source)
    {
        if (!File.Exists(source))
            throw new SqliteFolderException($"{source} is missing: the folder holds no finished backup.");
        try
        {
            using var connection = new Connection(source, readOnly: true);
            if (connection.Scalar("PRAGMA application_id") != Schema.ApplicationId.ToString(System.Globalization.CultureInfo.InvariantCulture))
                throw new SqliteFolderException($"The file {source} is no backup of this program.");
            var found = connection.Scalar("PRAGMA integrity_check(1)");
            if (found != "ok")
                throw new SqliteFolderException($"The backup {source} is damaged ({found}). Nothing was changed; take another one.");
        }
        catch (SqliteError e)
        {
            throw new SqliteFolderException($"The backup {source} is damaged ({e.Message}). Nothing was changed; take another one.", e);
        }
    }

    private static void CopyFiles(string from, string to, CancellationToken ct)
    {
        if (!Directory.Exists(from))
            return;
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            ct.ThrowIfCancellationRequested();
            if (file.EndsWith(FolderFileStore.PartialSuffix, StringComparison.Ordinal))
                continue;
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            try
            {
                File.Copy(file, copy);
            }
            catch (FileNotFoundException)
            {
                // Deleted since it was listed: no row of the copy needs it for long.
                continue;
            }

            Disk.SyncFile(copy);
        }
    }
}
