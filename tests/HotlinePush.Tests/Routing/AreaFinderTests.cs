using HotlinePush.Routing;

namespace HotlinePush.Tests.Routing;

public sealed class AreaFinderTests
{
    private static readonly AreaFinder Finder = new(SmallCity.Areas);

    [Theory]
    [InlineData("望江区城管不管事", "3301")]
    [InlineData("望江那边的路灯坏了", "3301")]
    [InlineData("江边新城停水", "3301")]
    [InlineData("青州市望江区和平街道柳荫小区漏水", "33010101")]
    [InlineData("临湖区和平街道的摊贩", "330201")]
    [InlineData("和平街道柳荫社区没有路灯", "33010101")]
    public void AreaFinder_WhenAPlaceIsNamed_FindsTheMostSpecific(string text, string areaId) =>
        Assert.Equal(areaId, Finder.Find("", text)?.AreaId);

    [Fact]
    public void AreaFinder_WhenTheNameIsSharedAndNothingElseHelps_GivesTheCommonAncestor()
    {
        var match = Finder.Find("和平街道的路灯坏了", "")!;
        Assert.Equal("33", match.AreaId);
        Assert.False(match.Certain);
        Assert.Equal(["和平街道"], match.Words);
    }

    [Fact]
    public void AreaFinder_WhenTwoDistrictsAreNamedAlike_GivesTheirCity() =>
        Assert.Equal("33", Finder.Find("", "望江区和临湖区都这样")?.AreaId);

    [Fact]
    public void AreaFinder_WhenTheSubjectNamesOne_PrefersIt() =>
        Assert.Equal("3302", Finder.Find("临湖区公交太少", "比望江区差远了")?.AreaId);

    [Fact]
    public void AreaFinder_WhenNoPlaceIsNamed_FindsNone() => Assert.Null(Finder.Find("路灯坏了", "请修"));
}
