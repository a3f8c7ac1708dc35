using System.Globalization;

namespace HotlinePush.Benchmarks;

/// <summary>How long and how big: the defaults take a few minutes, <c>--quick</c> only shows that everything runs, <c>--full</c> is design size.</summary>
/// <param name="Folder">Where data folders are made and deleted. It must lie on a disk: in memory a sync costs nothing and every ratio is wrong.</param>
internal sealed record BenchOptions(BenchSize Size, TimeSpan? Seconds, string? Json, string Folder)
{
    public const string Usage =
        "usage: HotlinePush.Benchmarks all|store|bus|classifier|intake|lists|pages|timers|import|notices|comments|stages [--quick|--full] [--seconds <n>] [--clients <n>] [--json <file>] [--folder <path>]";

    /// <summary>Intake with this many clients only; null: with 1, 8 and 32.</summary>
    public int? Clients { get; init; }

    public T Pick<T>(T quick, T usual, T full) => Size switch { BenchSize.Quick => quick, BenchSize.Full => full, _ => usual };

    /// <summary>Measured time of one run under load.</summary>
    public TimeSpan RunTime => Seconds ?? Pick(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(60));

    public string NewFolder() => Path.Combine(Folder, "hotline-bench-" + Guid.NewGuid().ToString("N")[..8]);

    public static BenchOptions? Parse(IEnumerable<string> words)
    {
        var options = new BenchOptions(BenchSize.Usual, null, null, Path.GetTempPath());
        var queue = new Queue<string>(words);
        while (queue.TryDequeue(out var word))
        {
            switch (word)
            {
                case "--quick": options = options with { Size = BenchSize.Quick }; break;
                case "--full": options = options with { Size = BenchSize.Full }; break;
                case "--json" when queue.TryDequeue(out var json): options = options with { Json = Path.GetFullPath(json) }; break;
                case "--folder" when queue.TryDequeue(out var folder): options = options with { Folder = Path.GetFullPath(folder) }; break;
                case "--seconds" when Number() is { } seconds: options = options with { Seconds = TimeSpan.FromSeconds(seconds) }; break;
                case "--clients" when Number() is { } clients: options = options with { Clients = clients }; break;
                default: return null;
            }
        }

        return options;

        int? Number() => queue.TryDequeue(out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
    }
}

internal enum BenchSize { Quick, Usual, Full }
