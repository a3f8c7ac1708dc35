using System.Globalization;
using CsvHelper;

namespace HotlinePush.Tests.Routing;

internal static class RealMessages
{
    public static List<Dictionary<string, string>> Read(string name)
    {
        using var csv = new CsvReader(new StreamReader(RealData.File(name)), CultureInfo.InvariantCulture);
        csv.Read();
        csv.ReadHeader();
        var rows = new List<Dictionary<string, string>>();
        while (csv.Read())
            rows.Add(csv.HeaderRecord!.ToDictionary(h => h, h => csv.GetField(h) ?? "", StringComparer.Ordinal));
        return rows;
    }
}
