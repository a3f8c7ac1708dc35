using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Inbound.Open311;

/// <summary>A POST of GeoReport v2 as a request of the hotline.</summary>
public static class Open311Form
{
    public const string Channel = "open311";
    public const int LongestDescription = 4_000;
    private const int LongestSubject = 40;

    /// <summary>Either what is to be filed, or why not: 404 for a service there is not, 400 for everything else.</summary>
    public static (NewTicket? Request, Refusal? Refusal) Read(FormFields form, Open311Settings settings, City city)
    {
        var check = form.Check;
        if (form.Text("service_code", 100) is not { } code)
            return (null, check.Missing("service_code").Refusal);
        if (Open311Services.Find(code, city) is not { } service)
            return (null, new("notFound", "service_code：没有这个服务。"));

        var description = form.Text("description", LongestDescription);
        var phone = form.Text("phone");
        var email = form.Text("email");
        Reach(form.Text(Name(Open311Services.Contact)), ref phone, ref email, check);
        var location = Place(form, city, out var areaId);
        var media = Media(form);
        // Named in the specification and kept nowhere: what is not needed is not stored.
        form.Text("device_id");
        form.Text("account_id");
        var (first, last) = (form.Text("first_name", 50), form.Text("last_name", 50));

        check.That(phone is null || PhoneNumber.TryParse(phone, out _), "phone", "badValue", "不是有效的电话号码。")
            .That(email is null || EmailAddress.TryParse(email, out _), "email", "badValue", "不是有效的邮箱。")
            .That(!settings.ContactRequired || phone is not null || email is not null, "phone", "required", "请留下电话或邮箱。");
        var (type, occurredAt) = Attributes(form, service);
        if (check.Refusal is { } refusal)
            return (null, refusal);

        var text = description ?? service.Name;
        return (new(
            type, Subject(description, service), media is null ? text : $"{text}\n图片或视频：{media}",
            new(NameOf(first, last), phone, email, Anonymous: phone is null && email is null),
            service.Code == Open311Services.General ? null : service.Code, areaId, location, Channel: Channel, Source: Channel, OccurredAt: occurredAt), null);
    }

    private static string Name(string attribute) => $"attribute[{attribute}]";

    /// <summary>One field for either; what the app sends in the standard ones goes before.</summary>
    private static void Reach(string? given, ref string? phone, ref string? email, Check check)
    {
        if (given is null)
            return;
        if (PhoneNumber.TryParse(given, out _))
            phone ??= given;
        else if (EmailAddress.TryParse(given, out _))
            email ??= given;
        else
            check.Add(Name(Open311Services.Contact), "badValue", "不是有效的电话号码或邮箱。");
    }

    private static NewLocation? Place(FormFields form, City city, out string? areaId)
    {
        var (lat, lng) = (form.Degrees("lat", 90), form.Degrees("long", 180));
        // In the middle of the sea: a client that fills in what it does not know.
        if (lat is 0 && lng is 0)
            (lat, lng) = (null, null);
        var address = form.Text("address_string", 400);
        var exact = form.Text(Name(Open311Services.Place), 100);
        var given = form.Text("address_id");
        // An id of another city's register is no place here; where it is the only one, its sender has to know.
        areaId = city.FindArea(given)?.Id;
        form.Check
            .That(lat is null == lng is null, lat is null ? "lat" : "long", "required", "lat 与 long 须一并给出。")
            .That(given is null || areaId is not null || lat is not null || address is not null, "address_id", "badValue", "没有这个区划编号。")
            .That(given is not null || lat is not null || lng is not null || address is not null, "address_string", "required", "请给出 lat 与 long、address_string 或 address_id。");
        var words = string.Join(' ', new[] { address, exact }.OfType<string>());
        return lat is null && words.Length == 0 ? null : new(lat, lng, words.Length == 0 ? null : words);
    }

    // Never fetched: an address from outside is for a person to open.
    private static string? Media(FormFields form)
    {
        if (form.Text("media_url", 1_000) is not { } url)
            return null;
        form.Check.That(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https", "media_url", "badValue", "应为 http 或 https 地址。");
        return url;
    }

    private static (TicketType Type, DateTimeOffset? OccurredAt) Attributes(FormFields form, Open311Service service)
    {
        var known = service.Attributes.Select(a => Name(a.Code)).ToHashSet(StringComparer.Ordinal);
        foreach (var name in form.Names.Where(n => n.StartsWith("attribute", StringComparison.Ordinal) && !known.Contains(n)))
            form.Check.Add(name.Length > 80 ? "attribute" : name, "unknownField", "此服务没有这个附加项。");
        foreach (var attribute in service.Attributes.Where(a => a.Required))
            form.Check.That(form.All(Name(attribute.Code)).Count > 0, Name(attribute.Code), "required", "此项必填。");

        var type = Open311Services.Kinds[0];
        if (known.Contains(Name(Open311Services.Kind)) && form.Text(Name(Open311Services.Kind)) is { } word
            && !(WireWords.TryRead(word, out type) && Open311Services.Kinds.Contains(type)))
            form.Check.Add(Name(Open311Services.Kind), "unknownWord", $"应为以下之一：{string.Join("、", Open311Services.Kinds)}。");
        DateTimeOffset? occurredAt = null;
        if (known.Contains(Name(Open311Services.OccurredAt)) && form.Text(Name(Open311Services.OccurredAt)) is { } time)
        {
            if (WireTime.TryRead(time, out var at))
                occurredAt = at;
            else
                form.Check.Add(Name(Open311Services.OccurredAt), "badTime", "应为带时区的时间，如 2026-11-23T09:00:00+08:00。");
        }

        return (type, occurredAt);
    }

    /// <summary>The first sentence, as far as a list has room for it.</summary>
    private static string Subject(string? description, Open311Service service)
    {
        var line = description?.Split(['\n', '\r', '。', '！', '？', '!', '?'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        if (line is null)
            return service.Name;
        var runes = line.EnumerateRunes().Take(LongestSubject + 1).ToArray();
        return runes.Length <= LongestSubject ? line : string.Concat(runes.Take(LongestSubject)) + "…";
    }

    /// <summary>As the people write it: 张三, John Smith.</summary>
    private static string? NameOf(string? first, string? last)
    {
        if (first is null || last is null)
            return first ?? last;
        return last.Any(c => c > '\u2e7f') ? last + first : $"{first} {last}";
    }
}
