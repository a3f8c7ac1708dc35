using System.Security.Cryptography;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.AspNetCore.DataProtection;

namespace HotlinePush.Pages;

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
            type, form["subject"], form["description"], contact, form.Filled("categoryId"), form.Filled("areaId"),
            form.Filled("location.address") is { } address ? new(Address: address) : null, Channel: "web"), null);
    }
}

/// <summary>The numbers a form was given, sealed so that nobody chooses a number.</summary>
internal static class Reserved
{
    public static string Seal(IDataProtectionProvider protection, string numbers) => Protector(protection).Protect(numbers);

    /// <summary>Null where it is not ours, or of another day: a number says the day of receipt.</summary>
    public static string? Open(IDataProtectionProvider protection, string box, DateOnly today)
    {
        try
        {
            var numbers = Protector(protection).Unprotect(box);
            return numbers.StartsWith(today.ToString("yyMMdd", System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal) ? numbers : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static IDataProtector Protector(IDataProtectionProvider protection) => protection.CreateProtector("HotlinePush.Pages.Reserved");
}

/// <summary>Texts of a form that rules take as they come.</summary>
internal static class TextCheck
{
    public static Refusal? Of(FormState form, params ReadOnlySpan<string> fields)
    {
        var check = new Check();
        foreach (var field in fields)
            check.Text(field, form[field]);
        return check.Refusal;
    }
}
