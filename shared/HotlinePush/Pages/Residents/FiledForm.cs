using System.Globalization;
using System.Security.Cryptography;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.AspNetCore.DataProtection;

namespace HotlinePush.Pages.Residents;

/// <summary>The form of a request, as the API would have it.</summary>
internal static class FiledForm
{
    public static (NewTicket? Request, Refusal? Refusal) Read(FormState form)
    {
        var check = new Check();
        if (!WireWords.TryRead<TicketType>(form["type"], out var type))
            check.Missing("type");
        var identity = form.Filled("identity") ?? "named";
        check.OneOf("identity", identity, "named", "confidential", "anonymous");
        // Said at once with what the form itself can tell; the rest is the business of filing.
        check.Text("subject", form["subject"], required: true, max: 200).Text("description", form["description"], required: true);
        var anonymous = identity == "anonymous";
        if (!anonymous && form.Filled("contact.phone") is null && form.Filled("contact.email") is null)
            check.Add("contact", "required", "请留下电话或邮箱，或选择匿名。");
        check.That(anonymous || form.Filled("contact.phone") is null || PhoneNumber.TryParse(form["contact.phone"], out _), "contact.phone", "badValue", "不是有效的电话号码。");
        check.That(anonymous || form.Filled("contact.email") is null || EmailAddress.TryParse(form["contact.email"], out _), "contact.email", "badValue", "不是有效的邮箱。");
        if (check.Refusal is { } refusal)
            return (null, refusal);
        // Who wants to stay unknown leaves nothing behind, whatever stood in the fields.
        var contact = anonymous
            ? new NewContact(Anonymous: true)
            : new NewContact(form.Filled("contact.name"), form.Filled("contact.phone"), form.Filled("contact.email"), Confidential: identity == "confidential");
        return (new(
            type, form["subject"], form["description"], contact, form.Filled("categoryId"), AreaOf(form),
            PlaceOf(form), Channel: "web"), null);
    }

    /// <summary>The smallest place chosen.</summary>
    public static string? AreaOf(FormState form) => form.Filled("areaId") ?? form.Filled("districtId");

    /// <summary>A point counts where it is one; the form's script wrote it, and nobody could correct it by hand.</summary>
    private static NewLocation? PlaceOf(FormState form)
    {
        var (lat, lng) = (Degrees(form["lat"], 90), Degrees(form["lng"], 180));
        var known = lat is not null && lng is not null;
        return known || form.Filled("location.address") is not null ? new(known ? lat : null, known ? lng : null, form.Filled("location.address")) : null;
    }

    private static double? Degrees(string text, double most) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var d) && Math.Abs(d) <= most ? Math.Round(d, 5) : null;
}

/// <summary>What a form was given beforehand, sealed so that nobody chooses it: numbers of tickets, the id of an incident.</summary>
internal static class Reserved
{
    private const string Numbers = "Reserved";

    /// <param name="kind">What is given, so that one is never taken for another.</param>
    public static string Seal(IDataProtectionProvider protection, string given, string kind = Numbers) => Protector(protection, kind).Protect(given);

    /// <summary>Null where it is not ours.</summary>
    public static string? Open(IDataProtectionProvider protection, string box, string kind)
    {
        try
        {
            return Protector(protection, kind).Unprotect(box);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Numbers; null where they are not ours, or of another day: a number says the day of receipt.</summary>
    public static string? Open(IDataProtectionProvider protection, string box, DateOnly today) =>
        Open(protection, box, Numbers) is { } numbers && numbers.StartsWith(today.ToString("yyMMdd", CultureInfo.InvariantCulture), StringComparison.Ordinal) ? numbers : null;

    private static IDataProtector Protector(IDataProtectionProvider protection, string kind) => protection.CreateProtector("HotlinePush.Pages." + kind);
}
