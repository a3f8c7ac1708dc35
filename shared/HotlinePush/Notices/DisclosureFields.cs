using System.Collections.Frozen;

namespace HotlinePush.Notices;

/// <summary>
/// The fields of grass-roots disclosure: the 26 pilot fields of the State Council's General Office (国办发〔2019〕54号), where the design joins two it
/// says so in the name.
/// </summary>
public static class DisclosureFields
{
    public static readonly IReadOnlyList<(string Code, string Name)> All =
    [
        ("landRequisition", "征地补偿"), ("relocation", "拆迁安置（国有土地上房屋征收）"), ("housing", "保障性住房"), ("ruralHousing", "农村危房改造"),
        ("relief", "扶贫救灾"), ("agriculture", "涉农补贴"), ("socialAssistance", "社会救助"), ("socialInsurance", "社会保险"), ("elderlyCare", "养老服务"),
        ("employment", "就业创业"), ("compulsoryEducation", "义务教育"), ("health", "医疗卫生"), ("householdRegistration", "户籍管理"),
        ("majorProjects", "重大建设项目"), ("publicResources", "公共资源交易"), ("budgets", "财政预决算"), ("workSafety", "安全生产"), ("taxation", "税收管理"),
        ("environment", "生态环境"), ("culture", "公共文化服务"), ("legalServices", "公共法律服务"), ("foodAndDrugs", "食品药品监管"),
        ("urbanEnforcement", "城市综合执法"), ("municipalServices", "市政服务"), ("pressAndCopyright", "新闻出版版权"),
    ];

    private static readonly FrozenDictionary<string, string> Names = All.ToFrozenDictionary(f => f.Code, f => f.Name, StringComparer.Ordinal);

    public static string? NameOf(string? code) => code is null ? null : Names.GetValueOrDefault(code);
}
