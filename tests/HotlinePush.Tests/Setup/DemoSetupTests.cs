using HotlinePush.Local.Demo;
using HotlinePush.Routing;
using HotlinePush.Units;

namespace HotlinePush.Tests.Setup;

public sealed class DemoSetupTests
{
    [Fact]
    public void Demo_AsShipped_IsASetUpThatTheApiWouldTake()
    {
        Assert.Null(AreaEndpoints.Check(DemoCity.Areas));
        Assert.Null(CategoryEndpoints.Check(DemoCity.Categories));
        Assert.Null(UnitEndpoints.Check(DemoCity.Units, DemoCity.Areas));
        Assert.Null(CatalogueChecks.Check(DemoCity.Catalogue, i => $"items[{i}]", DemoCity.Units, DemoCity.Areas, DemoCity.Categories));
    }

    [Fact]
    public void Catalogue_WrittenAsCsvAndRead_IsTheSame()
    {
        var (rules, rows, refusal) = CatalogueCsv.Read(CatalogueCsv.Write(DemoCity.Catalogue));

        Assert.Null(refusal);
        Assert.Equal(DemoCity.Catalogue.Select(Flat), rules.Select(Flat));
        Assert.Equal((2, rules.Count + 1), (rows[0], rows[^1]));
    }

    private static string Flat(CatalogueRule r) =>
        $"{r.Id}|{r.CategoryPrefix}|{r.AreaPrefix}|{r.LeadUnitId}|{string.Join(',', r.CoUnitIds ?? [])}|{string.Join(',', r.Tags ?? [])}|{r.Priority}";
}
