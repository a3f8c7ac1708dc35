using HotlinePush.Units;

namespace HotlinePush.Notices.Matters;

/// <summary>How a matter is made public 公开方式: of the office's own accord, or when somebody applies.</summary>
[CamelCaseWords]
public enum DisclosureMethod { Active, OnRequest }

/// <summary>
/// One line of the disclosure catalogue 公开事项, with the columns of the standard catalogues of grass-roots disclosure (国办发〔2019〕54号).
/// </summary>
/// <param name="Id">1–64 of <c>a–z 0–9 -</c>, unique in the city.</param>
/// <param name="Field">A field of <see cref="DisclosureFields"/>.</param>
/// <param name="Content">What is made public 公开内容.</param>
/// <param name="TimeLimit">By when, in the catalogue's words 公开时限.</param>
/// <param name="Elements">What it must contain 公开要素, such as amount, number of people, period of objection.</param>
/// <param name="Channel">Where it is made public 公开渠道和载体.</param>
/// <param name="Audience">To whom 公开对象; null: to everybody.</param>
/// <param name="UnitId">The responsible office 责任单位. Whoever writes may leave it out: it is the writer's own.</param>
public sealed record Matter(
    string Id, string Field, string Name, string Content, string LegalBasis, string TimeLimit, DisclosureMethod Method = DisclosureMethod.Active,
    IReadOnlyList<string>? Elements = null, string? Channel = null, string? Audience = null, string? UnitId = null);

/// <summary>The matters of one office, replaced as a whole.</summary>
/// <param name="Version">Counts replacements: the version of the office's list towards clients.</param>
public sealed record UnitMatters(int Version, IReadOnlyList<Matter> Items)
{
    public static readonly UnitMatters None = new(0, []);
}

/// <summary>The whole city's catalogue: an immutable picture.</summary>
public sealed class MatterCatalogue
{
    private readonly Dictionary<string, Matter> _byId;

    /// <param name="units">By the office's id.</param>
    public MatterCatalogue(int version, IReadOnlyDictionary<string, UnitMatters> units)
    {
        (Version, Units) = (version, units);
        var order = DisclosureFields.All.Select((f, i) => (f.Code, i)).ToDictionary(f => f.Code, f => f.i, StringComparer.Ordinal);
        All = [.. units.OrderBy(u => u.Key, StringComparer.Ordinal).SelectMany(u => u.Value.Items).OrderBy(m => order.GetValueOrDefault(m.Field, int.MaxValue))];
        _byId = All.ToDictionary(m => m.Id, StringComparer.Ordinal);
    }

    public int Version { get; }
    public IReadOnlyDictionary<string, UnitMatters> Units { get; }

    /// <summary>In the order of the fields, within a field by office as each has ordered them.</summary>
    public IReadOnlyList<Matter> All { get; }

    public UnitMatters Of(string unitId) => Units.TryGetValue(unitId, out var mine) ? mine : UnitMatters.None;

    public Matter? Find(string? id) => id is null ? null : _byId.GetValueOrDefault(id);
}

/// <summary>Names for people.</summary>
public static class MatterWords
{
    public const string Everybody = "全社会";

    public static string MethodName(DisclosureMethod method) => method == DisclosureMethod.Active ? "主动公开" : "依申请公开";

    public static string OfficeOf(Matter matter, City city) => city.FindUnit(matter.UnitId)?.Name ?? matter.UnitId ?? "";
}
