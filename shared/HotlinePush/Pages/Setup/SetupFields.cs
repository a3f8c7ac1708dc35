using System.Globalization;
using HotlinePush.Pages.Parts;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Pages.Setup;

/// <summary>What the forms of the set-up choose from, and how their fields are read.</summary>
internal static class SetupFields
{
    private static readonly Role[] Staff = [Role.Desk, Role.Unit, Role.Supervisor, Role.Publisher, Role.Reviewer, Role.Admin];

    /// <param name="keys">Other platforms have keys, people have accounts.</param>
    public static IEnumerable<Choice> Roles(Texts texts, bool keys = false) => Staff.Concat(keys ? [Role.Platform] : []).Select(r => new Choice(r.Word(), texts["role." + r]));

    public static IEnumerable<Choice> Positions(Texts texts) => Enum.GetValues<Position>().Select(p => new Choice(p.Word(), texts["position." + p]));

    /// <summary>In the order of the tree, those below set in.</summary>
    public static IEnumerable<Choice> Units(City city, string? without = null) =>
        Tree(city.Units, u => u.Id, u => u.ParentId).Where(u => u.Item.Id != without).Select(u => new Choice(u.Item.Id, Indent(u.Depth) + u.Item.Name));

    /// <summary>Depth first, children in the order of the list. An item whose way up is broken stands at the root.</summary>
    public static IEnumerable<(T Item, int Depth)> Tree<T>(IReadOnlyList<T> items, Func<T, string> id, Func<T, string?> parent)
    {
        var known = items.Select(id).ToHashSet(StringComparer.Ordinal);
        var children = items.ToLookup(i => parent(i) is { } p && known.Contains(p) ? p : "", StringComparer.Ordinal);
        return Below("", 0);

        IEnumerable<(T, int)> Below(string above, int depth) =>
            children[above].SelectMany(i => Below(id(i), depth + 1).Prepend((i, depth)));
    }

    public static string Indent(int depth) => string.Concat(Enumerable.Repeat("　", depth));

    /// <summary>A word of an enumeration; null where the field is empty, a refusal where it is no such word.</summary>
    public static T? Word<T>(this FormState form, string field, Check check) where T : struct, Enum
    {
        if (form.Filled(field) is not { } text)
            return null;
        if (WireWords.TryRead<T>(text, out var word))
            return word;
        check.Add(field, "unknownWord", "请选择一项。");
        return null;
    }

    /// <summary>The version the form was made from; one that matches nothing where there is none.</summary>
    public static int Version(this FormState form) =>
        int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1;

    public static string? Done(this HttpContext http) =>
        http.Request.Query["done"].ToString() is { Length: > 0 and < 40 } word && Texts.Chinese.Find("setup.done." + word) is not null ? word : null;

    public static FormState Filled(string name, params (string Field, string? Value)[] values) =>
        new(name, values.ToDictionary(v => v.Field, v => v.Value ?? "", StringComparer.Ordinal));
}
