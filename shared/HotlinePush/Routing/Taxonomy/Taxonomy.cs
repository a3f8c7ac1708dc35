using System.Globalization;
using CsvHelper;
using HotlinePush.Units;

namespace HotlinePush.Routing;

/// <summary>
/// The three-level category tree that petition and hotline offices use 信访事项分类: fifteen first levels.
/// A city starts with it and may replace it.
/// </summary>
public static class Taxonomy
{
    private static readonly Lazy<IReadOnlyList<Category>> Shipped = new(Read);

    /// <summary>The shipped tree, parents before children. 其他 is the last child of each parent that has it.</summary>
    public static IReadOnlyList<Category> Default => Shipped.Value;

    /// <summary>1 for a first-level id, 3 for the third.</summary>
    public static int LevelOf(string categoryId) => categoryId.AsSpan().Count('-') + 1;

    private static List<Category> Read()
    {
        using var stream = typeof(Taxonomy).Assembly.GetManifestResourceStream("HotlinePush.Routing.categories.csv")
            ?? throw new InvalidOperationException("The shipped category tree is not embedded.");
        using var csv = new CsvReader(new StreamReader(stream), CultureInfo.InvariantCulture);
        var categories = new List<Category>();
        csv.Read();
        csv.ReadHeader();
        while (csv.Read())
        {
            var id = csv.GetField(0)!;
            var dash = id.LastIndexOf('-');
            categories.Add(new Category(id, csv.GetField(1)!, dash < 0 ? null : id[..dash]));
        }
        return categories;
    }
}
