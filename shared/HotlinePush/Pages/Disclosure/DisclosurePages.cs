using HotlinePush.Clocks;
using HotlinePush.Pages.Residents;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Disclosure;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Disclosure;

/// <summary>The form of an application for information, and its correction.</summary>
internal static class DisclosurePages
{
    private const string Root = "/disclosure";
    private const int LongestSubject = 40;

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, FormAsync).Public();
        pages.MapPost(Root, ApplyAsync).Public();
    }

    private static async Task<IResult> FormAsync(HttpContext http, TicketFiling filing, IDataProtectionProvider protection)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["number"] = http.Request.Query["number"].ToString(),
            ["code"] = http.Request.Query["code"].ToString(),
        };
        return Page(await PageContext.OfAsync(http), new("disclosure", values), Reserved.Seal(protection, filing.ReserveNumbers()));
    }

    /// <summary>A ticket of its own, or an application to the one that a call was noted under.</summary>
    private static async Task<IResult> ApplyAsync(
        HttpContext http, TicketFiling filing, TicketReading reading, TicketActions actions, KeyRing keys, IDataProtectionProvider protection, ProductClock clock, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var form = await FormState.ReadAsync(http, "disclosure");
        var reserved = Reserved.Open(protection, form["reserved"], CityZone.DateOf(clock.GetUtcNow())) ?? filing.ReserveNumbers();
        if (form.Refusal is null && TextCheck.Of(form, [.. form.Values.Keys]) is { } wrong)
            form = form.Refused(wrong);
        if (form.Refusal is null)
        {
            var (application, refusal) = Read(form);
            if (application is null)
                form = form.Refused(refusal!);
            else if (form.Filled("number") is not null)
            {
                var (number, code) = (form["number"].Replace(" ", "", StringComparison.Ordinal), form["code"].Trim());
                var (stored, no) = await reading.ByCodeAsync(number, code, http.ClientAddressKey(), ct);
                no ??= (await actions.ActAsync(number, new Apply(application), Actor.Resident, null, ct)).Refusal;
                if (stored is not null && no is null)
                    return PageAnswers.SeeOther(PageLinks.Follow(number, code, "apply"));
                form = form.Refused(Here(no!));
            }
            else
            {
                var request = new NewTicket(
                    TicketType.InformationRequest, Subject(application.Wanted), application.Wanted, new(application.Name, form.Filled("phone"), form.Filled("email")),
                    AreaId: FiledForm.AreaOf(form), Channel: "web", Application: application);
                var (ticket, no) = await filing.FileTicketAsync(request, reserved, Actor.Public, ct);
                if (ticket is not null)
                    return PageAnswers.SeeOther(PageLinks.Receipt(ticket.Number, keys.Token(TicketTelling.TrackingPurpose, ticket.Number)));
                form = form.Refused(Here(no!));
            }
        }

        return Page(page, form, Reserved.Seal(protection, reserved));
    }

    private static (NewApplication? Application, Refusal? Refusal) Read(FormState form)
    {
        var check = new Check().Text("name", form["name"], required: true, max: 100).Text("wanted", form["wanted"], required: true);
        var applicant = Word<ApplicantKind>("applicant");
        var proof = Word<IdentityProof>("proof");
        var how = Word<InformationForm>("form");
        var delivery = Word<InformationDelivery>("delivery");
        if (form.Filled("number") is null && form.Filled("phone") is null && form.Filled("email") is null)
            check.Add("phone", "required", "请留下电话或邮箱。");
        return check.Refusal is { } refusal
            ? (null, refusal)
            : (new(applicant, form["name"], proof, form["wanted"], how, delivery, form.Filled("documentNumber"), form.Filled("address")), null);

        T Word<T>(string field) where T : struct, Enum
        {
            if (!WireWords.TryRead<T>(form[field], out var value))
                check.Missing(field);
            return value;
        }
    }

    private static string Subject(string wanted)
    {
        var line = wanted.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)[0];
        var runes = line.EnumerateRunes().Take(LongestSubject + 1).ToArray();
        return "申请公开：" + (runes.Length <= LongestSubject ? line : string.Concat(runes.Take(LongestSubject)) + "…");
    }

    /// <summary>Errors under the names that the fields have here.</summary>
    private static Refusal Here(Refusal refusal) => refusal.Errors is null ? refusal : refusal with
    {
        Errors = refusal.Errors.GroupBy(e => e.Key switch
        {
            "contact" or "contact.phone" => "phone",
            "contact.email" => "email",
            "contact.name" => "name",
            var key => key.Replace("application.", "", StringComparison.Ordinal),
        }).ToDictionary(g => g.Key, g => g.SelectMany(e => e.Value).ToArray(), StringComparer.Ordinal),
    };

    private static PageResult<DisclosurePage> Page(PageContext page, FormState form, string reserved) => new(
        page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["disclosure.title"], form.Status, ("Form", form), ("Reserved", reserved))
    {
        MayBeShownAgain = true,
    };
}
