using System.Diagnostics;
using HotlinePush.Channels;
using HotlinePush.Jobs;
using HotlinePush.Local.Demo;
using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Sqlite;
using HotlinePush.Storage;
using HotlinePush.Tickets.Import;

namespace HotlinePush.Local;

/// <summary>What the words after <c>--</c> do. Expected trouble is one line on standard error and exit code 2.</summary>
public static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["--help" or "-h", ..])
        {
            Console.WriteLine(LocalOptions.Usage);
            return 0;
        }

        var command = args.TakeWhile(a => !a.StartsWith("--", StringComparison.Ordinal)).ToArray();
        var (options, problem) = LocalOptions.Parse([.. args.Skip(command.Length)]);
        if (options is null)
            return Fail($"{problem}\n{LocalOptions.Usage}");
        try
        {
            return command switch
            {
                [] => await ServeAsync(options),
                ["backup", var to] => await BackupAsync(options, to),
                ["restore", var from] => Restore(options, from),
                ["issue-key", var role] => await IssueKeyAsync(options, role, null),
                ["issue-key", var role, var unit] => await IssueKeyAsync(options, role, unit),
                ["create-account", var name, var role] => await CreateAccountAsync(options, name, role, null),
                ["create-account", var name, var role, var unit] => await CreateAccountAsync(options, name, role, unit),
                ["create-keys", var file] => CreateKeys(file),
                _ => Fail($"Unknown command {string.Join(' ', command)}.\n{LocalOptions.Usage}"),
            };
        }
        catch (Exception e) when (e is TableStoreException or KeyFileException or DemoSeedException or ProviderSettingsException)
        {
            return Fail(e.Message);
        }
    }

    private static async Task<int> ServeAsync(LocalOptions options)
    {
        await using var app = LocalHost.Build(options);
        // Opened before anything listens: a folder in use or damaged is one clear line, not a failing page.
        // The keys first: a folder made before its keys would take their absence for a loss.
        _ = app.Services.GetRequiredService<KeyRing>();
        _ = app.Services.GetRequiredService<SqliteDatabase>();
        try
        {
            await app.StartAsync();
        }
        catch (IOException e) when (e is not TableStoreException)
        {
            return Fail($"Cannot listen on {options.Urls}: {e.Message}");
        }

        var address = app.Urls.First();
        await LocalHost.PrepareAsync(app, app.Lifetime.ApplicationStopping);
        Console.WriteLine($"HotlinePush  {address}");
        Console.WriteLine($"Data         {options.Data}");
        Console.WriteLine($"Keys         {options.Keys}  (back this file up apart from the data: without it nothing can be read)");
        if (options.Demo)
            Console.WriteLine($"Demo keys    {string.Join(' ', DemoKeys.Staff.Select(k => k.Plain))} demo-unit-<unitId>");
        if (options.Demo)
            Console.WriteLine($"Demo people  {string.Join(' ', DemoAccounts.Staff.Select(a => a.UserName))}, each with the password {DemoAccounts.Password}");
        if (options.Import is not null)
            await ImportAsync(app, options.Import);
        if (!options.NoBrowser)
            OpenBrowser(address);
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Takes a file in while requests are served; the bar moves as the job does.</summary>
    private static async Task ImportAsync(WebApplication app, string file)
    {
        var (imports, jobs, engine) = (app.Services.GetRequiredService<TicketImport>(), app.Services.GetRequiredService<JobStore>(), app.Services.GetRequiredService<TimeProvider>());
        await using var csv = File.OpenRead(file);
        var id = await imports.StartAsync(csv, new Actor(Role.Desk, "import"), app.Lifetime.ApplicationStopping);
        while (!app.Lifetime.ApplicationStopping.IsCancellationRequested && await jobs.ReadAsync(id, CancellationToken.None) is { Job: { } job })
        {
            Show(job);
            if (job.State != JobState.Running)
            {
                Console.WriteLine();
                if (job.ErrorCount > 0)
                    Console.WriteLine($"Import       {job.ErrorCount} rows were not taken; GET /api/v1/jobs/{id} with an admin's key says why");
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), engine, app.Lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void Show(Job job)
    {
        const int Width = 30;
        var filled = job.Total == 0 ? 0 : job.Done * Width / job.Total;
        var line = $"Import       [{new string('#', filled)}{new string('.', Width - filled)}] {job.Done}/{job.Total}";
        if (Console.IsOutputRedirected && job.State == JobState.Running)
            return;
        Console.Write(Console.IsOutputRedirected ? line : $"\r{line}");
    }

    private static async Task<int> BackupAsync(LocalOptions options, string to)
    {
        await using var database = SqliteDatabase.Open(options.Data);
        await database.BackupAsync(Path.GetFullPath(to));
        Console.WriteLine($"Backed up {options.Data} to {Path.GetFullPath(to)}. The keys ({options.Keys}) are not in it.");
        return 0;
    }

    private static int Restore(LocalOptions options, string from)
    {
        SqliteDatabase.Restore(options.Data, Path.GetFullPath(from), replace: true);
        Console.WriteLine($"Restored {options.Data} from {Path.GetFullPath(from)}.");
        return 0;
    }

    private static async Task<int> IssueKeyAsync(LocalOptions options, string word, string? unit)
    {
        if (RoleOf(word) is not { } role)
            return Fail(Roles);
        if (role is Role.Unit or Role.Publisher or Role.Reviewer && unit is null)
            return Fail($"A key for {word} belongs to a unit: issue-key {word} <unitId>.");
        _ = LocalHost.LoadKeys(options, LocalHost.HasData(options));
        await using var database = SqliteDatabase.Open(options.Data);
        var issued = await new ApiKeys(new SqliteTableStore(database), TimeProvider.System).Issue(role, unit, $"issued at the command line for {word}");
        Console.WriteLine(issued.Plain);
        return 0;
    }

    /// <summary>For the first administrator, who makes all others in the pages.</summary>
    private static async Task<int> CreateAccountAsync(LocalOptions options, string userName, string word, string? unit)
    {
        var name = AccountRules.Normal(userName);
        if (!AccountRules.IsUserName(name))
            return Fail("A user name has 2 to 64 of a-z 0-9 . _ @ -");
        if (RoleOf(word) is not { } role)
            return Fail(Roles);
        if (role is Role.Unit or Role.Publisher or Role.Reviewer && unit is null)
            return Fail($"An account for {word} belongs to a unit: create-account {userName} {word} <unitId>.");
        _ = LocalHost.LoadKeys(options, LocalHost.HasData(options));
        await using var database = SqliteDatabase.Open(options.Data);
        var accounts = new AccountStore(new SqliteTableStore(database), TimeProvider.System);
        var signIn = new AccountSignIn(accounts, TimeProvider.System);
        var temporary = AccountRules.Temporary();
        var (_, created) = await accounts.CreateAsync(new(AccountStore.IdOf(name), name, name, role, unit)
        {
            PasswordHash = signIn.Hash(temporary),
            MustChange = true,
            CreatedAt = TimeProvider.System.GetUtcNow(),
            Stamp = AccountRules.NewStamp(),
        });
        if (!created)
            return Fail($"The user name {name} is taken; an administrator can reset its password in the pages.");
        Console.WriteLine($"{name} {temporary}");
        return 0;
    }

    /// <summary>For the key vault of an installation in the cloud, whose host makes no keys by itself.</summary>
    private static int CreateKeys(string file)
    {
        if (File.Exists(file))
            return Fail($"There is a file {file} already; it was left as it is.");
        KeyFile.LoadOrCreate(file);
        Console.WriteLine($"{Path.GetFullPath(file)}: put it into the key vault, keep a copy apart from all data, and delete this one.");
        return 0;
    }

    private const string Roles = "The role is one of desk, unit, supervisor, publisher, reviewer, admin.";

    private static Role? RoleOf(string word) =>
        Enum.TryParse<Role>(word, ignoreCase: true, out var role) && role is not (Role.Public or Role.Resident or Role.System) && !int.TryParse(word, out _) ? role : null;

    private static void OpenBrowser(string address)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Process.Start(new ProcessStartInfo(address) { UseShellExecute = true });
            else if (OperatingSystem.IsMacOS())
                Process.Start("open", address);
            else if (Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 })
                Process.Start(new ProcessStartInfo("xdg-open", address) { RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No browser to open is no reason to stop.
        }
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return 2;
    }
}
