using HotlinePush.Routing;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Tests.Routing;

public sealed class DispatchCatalogueTests
{
    private static string? Winner(string? category, string? area, string[] tags, params CatalogueRule[] rules) =>
        new DispatchCatalogue(SmallCity.With(rules)).Find(category, area, tags)?.Rule.Id;

    [Fact]
    public void Catalogue_WhenCategoryAndAreaCompete_PrefersTheLongerCategory() =>
        Assert.Equal("deep", Winner("cxjs-02-02", "330101", [], new("area", "cxjs", "330101", "heping"), new("deep", "cxjs-02", "", "city-urban")));

    [Fact]
    public void Catalogue_WhenCategoriesTie_PrefersTheLongerArea() =>
        Assert.Equal("street", Winner("cxjs-02", "33010101", [], new("city", "cxjs-02", "33", "city-urban"), new("street", "cxjs-02", "330101", "heping")));

    [Fact]
    public void Catalogue_WhenScopesTie_PrefersTheCityDepartmentThenTheId()
    {
        Assert.Equal("b", Winner("cxjs", "3301", [], new("a", "cxjs", "3301", "wangjiang"), new("b", "cxjs", "3301", "city-urban")));
        Assert.Equal("a", Winner("cxjs", "3301", [], new("b", "cxjs", "3301", "city-urban"), new("a", "cxjs", "3301", "city-housing")));
    }

    [Fact]
    public void Catalogue_WhenARuleHasTags_NeedsThemAll()
    {
        CatalogueRule[] rules = [new("plain", "cxjs", "", "city-urban"), new("tagged", "cxjs", "", "city-housing", Tags: ["学校", "夜间"])];
        Assert.Equal("plain", Winner("cxjs", null, ["夜间"], rules));
        Assert.Equal("tagged", Winner("cxjs", null, ["夜间", "学校"], rules));
    }

    [Fact]
    public void Catalogue_WhenIdsOnlyBeginAlike_DoesNotMatch()
    {
        Assert.Null(Winner("cxjs-020", null, [], new CatalogueRule("a", "cxjs-02", "", "city-urban")));
        Assert.Null(Winner("cxjs", "33015", [], new CatalogueRule("a", "cxjs", "3301", "wangjiang")));
        Assert.Equal("a", Winner("cxjs", "330101", [], new CatalogueRule("a", "cxjs", "3301", "wangjiang")));
    }

    [Fact]
    public void Catalogue_WhenNothingIsKnown_OnlyTheOpenRuleFits() =>
        Assert.Equal("rest", Winner(null, null, [], new("rest", "", "", "hotline"), new("cxjs", "cxjs", "", "city-urban")));

    [Fact]
    public void Catalogue_WhenARuleWins_SaysWhyAndWhoLost()
    {
        var match = new DispatchCatalogue(SmallCity.With(new("wide", "cxjs", "", "city-housing"), new("deep", "cxjs-02", "", "city-urban"))).Find("cxjs-02", null)!;
        Assert.Equal(["wide"], match.Lost.Select(r => r.Id));
        Assert.Contains("市城管局", match.Why, StringComparison.Ordinal);
        Assert.Contains("事项更具体", match.Why, StringComparison.Ordinal);
    }
}
