using System.Diagnostics;
using System.Globalization;
using HotlinePush.Audiences;
using HotlinePush.Audiences.Import;
using HotlinePush.Jobs;
using HotlinePush.Security;
using HotlinePush.Sqlite;
using HotlinePush.Storage;

namespace HotlinePush.Benchmarks;

/// <summary>
/// A list of recipients from a CSV, by the queue of the real host, against a bare loop that writes as many rows of the same size in groups of the same size.
/// </summary>
internal static class ImportBenchmark
{
    private const double Bar = 0.5;
    private const string AudienceId = "abench";

    public static async Task RunAsync(Report report, BenchOptions options)
    {
        foreach (var rows in options.Pick<int[]>([5_000], [100_000], [100_000, 1_000_000]))
            await RunAsync(report, options, rows);
    }

    private static async Task RunAsync(Report report, BenchOptions options, int rows)
    {
        var parameters = new { rows };
        var (perSecond, group, rowBytes) = (0.0, 0.0, 0);
        await using (var host = await BenchHost.StartAsync(options))
        {
            var (audiences, files, jobs) = (host.Get<AudienceStore>(), host.Get<IFileStore>(), host.Get<JobStore>());
            var by = new Actor(Role.Publisher, "bench", "city-civil-affairs");
            await audiences.CreateAsync(new() { Id = AudienceId, Name = "bench", Field = "relief", UnitId = by.UnitId!, CreatedBy = by, CreatedAt = TimeProvider.System.GetUtcNow() }, default);
            var fileId = RecipientImport.NewFileId();
            await PutAsync(files, fileId, rows);

            using var memory = new PeakMemory();
            var (before, groups, cpu) = (host.Counts.Now, host.Database.Writer.Groups, Process.GetCurrentProcess().TotalProcessorTime);
            var watch = Stopwatch.StartNew();
            var jobId = JobStore.NewId();
            await host.Get<RecipientImport>().StartFileAsync(jobId, AudienceId, fileId, new(), by, default);
            while ((await jobs.ReadAsync(jobId, default))!.Job.State == JobState.Running)
                await Task.Delay(20);
            watch.Stop();
            var list = (await audiences.ReadAsync(AudienceId))!.Audience.List!;
            if (list.Recipients != rows)
                throw new InvalidOperationException($"{list.Recipients} of {rows} recipients.");
            perSecond = rows / watch.Elapsed.TotalSeconds;
            var counts = host.Counts.Now;
            group = Math.Max(1, (counts.Batches - before.Batches) / (double)(host.Database.Writer.Groups - groups));
            rowBytes = (await host.Store.ReadAsync("recipients", Keys.Of(AudienceId, KeyPart.Short(list.Version), KeyPart.Short(0)), Keys.Of(KeyPart.Short(7, 4))))!.Value.Length;
            report.Informs("import", "cpu", parameters, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMicroseconds / rows, "µs per row");
            report.Informs("import", "rowBytes", parameters, rowBytes, "bytes");
            report.Informs("import", "group", parameters, group, "batches per commit");
            memory.Tell(report, "import", parameters);

            var looked = Stopwatch.StartNew();
            const int looks = 200;
            for (var i = 0; i < looks; i++)
                if ((await audiences.FindByPhoneAsync(AudienceId, list.Version, Phone((int)((long)i * rows / looks)))).Count == 0)
                    throw new InvalidOperationException("A phone of the list is not found.");
            report.Informs("import", "lookUp", parameters, looked.Elapsed.TotalMilliseconds / looks, "ms");
        }

        report.AtLeast("import", "rate", parameters, perSecond, "rows/s", Bare(options.NewFolder(), rows, rowBytes, (int)Math.Round(group)), Bar);
    }

    private static string Phone(int row) => string.Create(CultureInfo.InvariantCulture, $"+86139{row:D8}");

    private static async Task PutAsync(IFileStore files, string fileId, int rows)
    {
        var path = Path.GetTempFileName();
        await using (var text = new StreamWriter(path))
        {
            await text.WriteLineAsync("编号,姓名,联系电话,电子邮箱,家庭住址,所属村,户号,补偿金额,面积");
            for (var i = 0; i < rows; i++)
                await text.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"YZ{i:D8},骆知{i % 97},139{i:D8},r{i}@yunze.invalid,鹤汀街道鹤汀社区 {i % 300} 号 {i % 7} 单元,990101001001,H{i / 3:D7},{i % 9000}.50,{i % 120}"));
        }

        await using (var file = File.OpenRead(path))
            await files.PutAsync(fileId, file);
        File.Delete(path);
    }

    private static double Bare(string folder, int rows, int rowBytes, int group)
    {
        SqliteDatabase.Open(folder).Dispose();
        using var connection = new Connection(Path.Combine(folder, SqliteDatabase.FileName), readOnly: false);
        connection.Execute("PRAGMA journal_mode = WAL");
        connection.Execute("PRAGMA synchronous = FULL");
        connection.Execute("PRAGMA cache_size = -65536");
        connection.Execute("PRAGMA wal_autocheckpoint = 4096");
        var (begin, commit) = (connection.Prepare("BEGIN"), connection.Prepare("COMMIT"));
        var insert = connection.Prepare("INSERT INTO rows(tbl, pk, rk, etag, cid, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
        var value = new byte[rowBytes];
        new Random(1).NextBytes(value);
        Span<byte> commitId = stackalloc byte[16];
        var watch = Stopwatch.StartNew();
        for (var from = 0; from < rows;)
        {
            begin.Run();
            for (var to = Math.Min(rows, from + group * Batch.MaxOperations); from < to; from++)
            {
                if (from % Batch.MaxOperations == 0)
                    Guid.NewGuid().TryWriteBytes(commitId);
                insert.Bind(1, "recipients").Bind(2, Keys.Of(AudienceId, KeyPart.Short(1), KeyPart.Short(from / 1000))).Bind(3, Keys.Of(KeyPart.Short(from % 1000, 4)))
                    .Bind(4, from).BindBlob(5, commitId).BindBlob(6, value).Run();
            }

            commit.Run();
        }

        var perSecond = rows / watch.Elapsed.TotalSeconds;
        connection.Dispose();
        Directory.Delete(folder, recursive: true);
        return perSecond;
    }
}
