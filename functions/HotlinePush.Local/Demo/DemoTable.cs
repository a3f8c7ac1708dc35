using System.Globalization;
using CsvHelper;

namespace HotlinePush.Local.Demo;

/// <summary>The tables of the fictional city, embedded as CSV so that they can be read and changed in a spreadsheet.</summary>
internal static class DemoTable
{
    /// <exception cref="InvalidOperationException">The table is not embedded.</exception>
    public static IReadOnlyList<T> Read<T>(string name, Func<CsvReader, T> row)
    {
        using var stream = typeof(DemoTable).Assembly.GetManifestResourceStream($"HotlinePush.Demo.{name}.csv")
            ?? throw new InvalidOperationException($"The demo table {name} is not embedded.");
        using var csv = new CsvReader(new StreamReader(stream), CultureInfo.InvariantCulture);
        csv.Read();
        csv.ReadHeader();
        var rows = new List<T>();
        while (csv.Read())
            rows.Add(row(csv));
        return rows;
    }

    /// <summary>Null for an empty cell.</summary>
    public static string? Optional(this CsvReader csv, string column) => csv.GetField(column) is { Length: > 0 } text ? text : null;

    public static string Required(this CsvReader csv, string column) =>
        csv.Optional(column) ?? throw new InvalidOperationException($"Row {csv.Parser.Row} of a demo table has no {column}.");

    /// <summary>The words of a cell, separated by spaces; null for an empty cell.</summary>
    public static string[]? Words(this CsvReader csv, string column) => csv.Optional(column)?.Split(' ');

    public static T Word<T>(this CsvReader csv, string column) where T : struct, Enum => Enum.Parse<T>(csv.Required(column));

    public static int Number(this CsvReader csv, string column) => int.Parse(csv.Required(column), CultureInfo.InvariantCulture);
}
