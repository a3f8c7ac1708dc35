using HotlinePush.Clocks;
using HotlinePush.Routing;
using HotlinePush.Units;

namespace HotlinePush.Tests.Routing;

internal static class SmallCity
{
    public static readonly Area[] Areas =
    [
        new("33", "青州市"),
        new("3301", "望江区", "33", ["江边新城"]),
        new("3302", "临湖区", "33"),
        new("330101", "和平街道", "3301"),
        new("330201", "和平街道", "3302"),
        new("33010101", "柳荫社区", "330101", ["柳荫小区"]),
        // Begins like 望江区's id without lying in it.
        new("33015", "东山县", "33"),
    ];

    public static readonly Unit[] Units =
    [
        new("city-housing", "市住建局"), new("city-urban", "市城管局"), new("city-edu", "市教育局"), new("hotline", "热线受理中心"),
        new("wangjiang", "望江区政府", Kind: UnitKind.District), new("heping", "和平街道办", Kind: UnitKind.Street),
    ];

    public static City With(params CatalogueRule[] rules) =>
        new(Units, Areas, Taxonomy.Default, rules, PolicySet.Default, WorkCalendar.Shipped);
}
