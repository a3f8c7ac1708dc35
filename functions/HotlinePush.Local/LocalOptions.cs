namespace HotlinePush.Local;

/// <summary>The options of the embedded host.</summary>
public sealed record LocalOptions
{
    public string Urls { get; init; } = "http://127.0.0.1:7071";

    /// <summary>The data folder. Backups belong elsewhere, and so do the keys.</summary>
    public string Data { get; init; } = "";

    public bool Demo { get; init; }
    public string? Import { get; init; }
    public bool NoLimits { get; init; }
    public TimeSpan OutboxDelay { get; init; }
    public bool NoBrowser { get; init; }

    /// <summary>How many requests with a past a demonstration begins with; 0 for the city and its keys alone.</summary>
    public int Seed { get; init; } = 440;

    /// <summary>The key file: outside the data folder, so that a copy of the data alone opens nothing.</summary>
    public string Keys => Data + ".keys.json";

    public const string Usage = """
        dotnet run --project functions/HotlinePush.Local -- [options]
          --urls <address>       where to listen (http://127.0.0.1:7071)
          --data <folder>        the data folder (below the user's local data)
          --demo                 a small fictional city with demo users and keys; seeds an empty folder only
          --seed <n>             with --demo: how many requests have a past (440; 0 for none)
          --import <csv>         takes in tickets from a CSV file, with a progress bar
          --no-limits            lifts rate limits, for load tests on this machine
          --outbox-delay <ms>    slows each delivery into the outbox
          --no-browser           opens no browser
        dotnet run --project functions/HotlinePush.Local -- <command> [--data <folder>]
          backup <folder>        a copy of the data of a host that is not running
          restore <folder>       puts a backup in place of the data; the data there is kept beside it
          issue-key <role> [unit]   a key for desk, unit, supervisor, publisher, reviewer or admin; shown once
          create-account <name> <role> [unit]   an account for the pages; its first password is shown once
          create-keys <file>     a new key ring, for an installation in the cloud; an existing file is left as it is
        """;

    /// <returns>The options, or what is wrong with the words.</returns>
    public static (LocalOptions? Options, string? Problem) Parse(IReadOnlyList<string> args)
    {
        var options = new LocalOptions();
        for (var i = 0; i < args.Count; i++)
        {
            var name = args[i];
            string? Value() => ++i < args.Count && !args[i].StartsWith("--", StringComparison.Ordinal) ? args[i] : null;
            switch (name)
            {
                case "--demo": options = options with { Demo = true }; break;
                case "--no-limits": options = options with { NoLimits = true }; break;
                case "--no-browser": options = options with { NoBrowser = true }; break;
                case "--urls" when Value() is { } urls: options = options with { Urls = urls }; break;
                case "--data" when Value() is { } data: options = options with { Data = Path.GetFullPath(data) }; break;
                case "--import" when Value() is { } file:
                    if (!File.Exists(file))
                        return (null, $"--import: there is no file {file}.");
                    options = options with { Import = Path.GetFullPath(file) };
                    break;
                case "--outbox-delay" when Value() is { } ms:
                    if (!int.TryParse(ms, out var delay) || delay is < 0 or > 3_600_000)
                        return (null, "--outbox-delay takes milliseconds, 0 to 3600000.");
                    options = options with { OutboxDelay = TimeSpan.FromMilliseconds(delay) };
                    break;
                case "--seed" when Value() is { } count:
                    if (!int.TryParse(count, out var seed) || seed is < 0 or > 100_000)
                        return (null, "--seed takes a number, 0 to 100000.");
                    options = options with { Seed = seed };
                    break;
                case "--urls" or "--data" or "--import" or "--outbox-delay" or "--seed":
                    return (null, $"{name} needs a value.");
                default:
                    return (null, $"Unknown option {name}.");
            }
        }

        if (options.Data.Length == 0)
        {
            var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
            var root = local.Length > 0 ? local : Path.GetTempPath();
            options = options with { Data = Path.Combine(root, "HotlinePush", options.Demo ? "demo" : "data") };
        }

        return (options, null);
    }
}
