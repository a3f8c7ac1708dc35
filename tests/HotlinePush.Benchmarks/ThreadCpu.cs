using System.Globalization;

namespace HotlinePush.Benchmarks;

/// <summary>CPU seconds of this process by thread name, from <c>/proc</c>; empty on systems without it.</summary>
internal sealed class ThreadCpu
{
    private const double TicksPerSecond = 100;
    private readonly Dictionary<string, (string Name, double Seconds)> _before = Read();

    /// <summary>Since this was made, by kind of thread.</summary>
    public IReadOnlyDictionary<string, double> Used()
    {
        var used = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (id, (name, seconds)) in Read())
            used[name] = used.GetValueOrDefault(name) + seconds - _before.GetValueOrDefault(id).Seconds;
        return used;
    }

    private static Dictionary<string, (string, double)> Read()
    {
        var threads = new Dictionary<string, (string, double)>(StringComparer.Ordinal);
        if (!Directory.Exists("/proc/self/task"))
            return threads;
        foreach (var folder in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                var name = stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..stat.LastIndexOf(')')];
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                // utime and stime are fields 14 and 15 of proc(5); the state after the name is field 3.
                var seconds = (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
                threads[folder] = (KindOf(name), seconds);
            }
            catch (IOException)
            {
                // It ended between the listing and the reading.
            }
        }

        return threads;
    }

    private static string KindOf(string name) => name switch
    {
        LoadClient.ThreadName => "clients",
        "SQLite writer" => "writer",
        "SQLite checkpoi" => "checkpointer",
        ".NET TP Worker" or ".NET TP Gate" => "pool",
        ".NET Sockets" => "sockets",
        ".NET Tiered Com" => "jit",
        _ when name.Contains("GC", StringComparison.Ordinal) => "gc",
        _ => "other",
    };
}
