using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HotlinePush.Benchmarks;

/// <summary>One measured figure.</summary>
/// <param name="Raw">The same work by a bare loop, or the figure it is compared with, in the same run; null where there is none.</param>
/// <param name="Ratio"><paramref name="Value"/> over <paramref name="Raw"/>.</param>
/// <param name="Bar">What it is held to, on the ratio where there is one, else on the value; null for figures that only inform.</param>
internal sealed record Figure(
    string Bench, string Name, object? Parameters, double Value, string Unit, double? Raw, double? Ratio, double? Bar, bool? Met);

/// <summary>Figures as they come, one JSON line each, on standard output and in the file of <c>--json</c>.</summary>
internal sealed class Report(string? file) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly StreamWriter? _file = file is null ? null : new(file, append: false) { AutoFlush = true };
    private readonly List<Figure> _figures = [];

    public IEnumerable<Figure> Missed => _figures.Where(f => f.Met == false);

    public void Informs(string bench, string name, object? parameters, double value, string unit) =>
        Add(new(bench, name, parameters, Round(value), unit, null, null, null, null));

    /// <summary>The ratio to the bare loop must reach the bar.</summary>
    public void AtLeast(string bench, string name, object? parameters, double value, string unit, double raw, double bar) =>
        Add(new(bench, name, parameters, Round(value), unit, Round(raw), Round(value / raw), bar, value / raw >= bar));

    /// <summary>The ratio to what it is compared with must not pass the bar.</summary>
    public void AtMostTimes(string bench, string name, object? parameters, double value, string unit, double raw, double bar) =>
        Add(new(bench, name, parameters, Round(value), unit, Round(raw), Round(value / raw), bar, value / raw <= bar));

    public void AtMost(string bench, string name, object? parameters, double value, string unit, double bar) =>
        Add(new(bench, name, parameters, Round(value), unit, null, null, bar, value <= bar));

    public void Reaches(string bench, string name, object? parameters, double value, string unit, double bar) =>
        Add(new(bench, name, parameters, Round(value), unit, null, null, bar, value >= bar));

    public void Dispose() => _file?.Dispose();

    private void Add(Figure figure)
    {
        _figures.Add(figure);
        var line = JsonSerializer.Serialize(figure, Json);
        Console.WriteLine(line);
        _file?.WriteLine(line);
    }

    private static double Round(double value) => !double.IsFinite(value) || value == 0 ? value : Math.Round(value, Math.Abs(value) < 10 ? 3 : 1);
}

/// <summary>Percentiles of measured times, nearest rank.</summary>
internal sealed class Times(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    public int Count => _sorted.Length;

    public double At(double percent) => _sorted.Length == 0 ? double.NaN : _sorted[Math.Clamp((int)Math.Ceiling(_sorted.Length * percent / 100) - 1, 0, _sorted.Length - 1)];

    public double Max => _sorted.Length == 0 ? double.NaN : _sorted[^1];
}
