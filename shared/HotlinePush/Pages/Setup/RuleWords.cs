using HotlinePush.Pages.Parts;
using HotlinePush.Units;

namespace HotlinePush.Pages.Setup;

/// <summary>A rule of the catalogue in words.</summary>
public static class RuleWords
{
    public static string Category(CatalogueRule rule, City city, Texts texts) =>
        rule.CategoryPrefix.Length == 0 ? texts["catalogue.anyCategory"] : CategoryChoices.NameOf(city, rule.CategoryPrefix) ?? rule.CategoryPrefix + "…";

    public static string Area(CatalogueRule rule, City city, Texts texts) =>
        rule.AreaPrefix.Length == 0 ? texts["catalogue.anyArea"] : AreaChoices.NameOf(city, rule.AreaPrefix) ?? rule.AreaPrefix + "…";

    public static string Units(CatalogueRule rule, City city, Texts texts)
    {
        var lead = Name(rule.LeadUnitId);
        return rule.CoUnitIds is { Count: > 0 } co ? texts["catalogue.leadAndCo", lead, string.Join(texts["account.comma"], co.Select(Name))] : lead;

        string Name(string id) => city.FindUnit(id)?.Name ?? id;
    }

    public static string Of(CatalogueRule rule, City city, Texts texts) =>
        texts["catalogue.line", Category(rule, city, texts), Area(rule, city, texts), Units(rule, city, texts)]
        + (rule.Tags is { Count: > 0 } tags ? $" [{string.Join(' ', tags)}]" : "")
        + (rule.Priority is { } priority ? " " + texts["priority." + priority] : "");
}
