using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Pages.Media;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Attachments;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Residents;

/// <summary>What residents do: file a request, keep the receipt, follow it, add to it, rate the outcome. By the same rules as the API.</summary>
internal static class ResidentPages
{
    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/", FormAsync).Public();
        pages.MapPost("/", FileAsync).Public().TakesUpload(AttachmentFiles.MaxRequest);
        pages.MapPost("/suggest", SuggestAsync).Public();
        pages.MapGet("/tickets/{number}/receipt", ReceiptAsync).Public();
        pages.MapGet("/tickets/{number}", FollowAsync).Public();
        pages.MapGet("/track", (Delegate)TrackFormAsync).Public();
        pages.MapPost("/track", TrackAsync).Public();
        pages.MapPost("/tickets/{number}/attachments", AttachAsync).Public().TakesUpload(AttachmentFiles.MaxRequest);
        Action("follow-up", f => new FollowUp(f["text"]));
        Action("correct", f => new CorrectApplication(f["text"]));
        Action("urge", _ => new Urge());
        Action("rating", f => new CallBack(true, YesNo(f["resolved"]), YesNo(f["satisfied"]), f.Filled("note")));

        void Action(string name, Func<FormState, TicketCommand> command) => pages.MapPost("/tickets/{number}/" + name,
            (string number, HttpContext http, TicketReading reading, TicketActions actions, CitySource cities, CancellationToken ct) =>
                ActAsync(number, name, command, http, reading, actions, cities, ct)).Public();
    }

    private static async Task<IResult> FormAsync(HttpContext http, TicketFiling filing, IDataProtectionProvider protection) =>
        FilePage(await PageContext.OfAsync(http), FormState.Empty("file"), Reserved.Seal(protection, filing.ReserveNumbers()));

    /// <summary>
    /// The form carries the numbers reserved for it, sealed: sent twice with the same words, by an impatient finger or a lost answer, it
    /// makes one ticket.
    /// </summary>
    private static async Task<IResult> FileAsync(
        HttpContext http, TicketFiling filing, TicketStore tickets, ReadyAnswers ready, IDataProtectionProvider protection, ProductClock clock, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var (form, photos) = await PageUpload.ReadAsync(http, "file");
        var reserved = Reserved.Open(protection, form["reserved"], CityZone.DateOf(clock.GetUtcNow())) ?? filing.ReserveNumbers();
        var asked = form.Refusal is null && form["step"] == "check";
        if (asked && photos is not null)
            await photos.DropAsync(ct);
        if (asked)
            return FilePage(page, form, Reserved.Seal(protection, reserved), await ready.FindAsync(form, ct));
        if (form.Refusal is null)
        {
            var (request, refusal) = FiledForm.Read(form);
            if (request is null)
                form = form.Refused(refusal!);
            else
            {
                var reply = await filing.FileAsync(request, reserved, Actor.Public, ct);
                if (reply.Status == StatusCodes.Status201Created)
                {
                    var created = JsonSerializer.Deserialize<CreatedView>(reply.Body.Span, WireJson.Options)!;
                    // The same form sent twice makes one ticket, and brings its files once.
                    var failed = photos is not null && await tickets.ReadAsync(created.Number, ct) is { Ticket.Attachments: [] } stored
                        ? (await photos.TryAddAsync(http, stored, Actor.Resident, ct)).Refusal?.Code
                        : null;
                    return PageAnswers.SeeOther(PageLinks.Receipt(created.Number, created.TrackingCode, failed));
                }

                var problem = JsonSerializer.Deserialize<Problem>(reply.Body.Span, WireJson.Options)!;
                form = form.Refused(new(problem.Code, problem.Detail, problem.Errors));
            }
        }

        if (photos is not null)
            await photos.DropAsync(ct);
        return FilePage(page, form, Reserved.Seal(protection, reserved));
    }

    /// <summary>What fits the words so far, for the form's script.</summary>
    private static async Task<IResult> SuggestAsync(HttpContext http, ReadyAnswers ready, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "file");
        return form.Refusal is { } refusal ? refusal.ToResult() : new FragmentResult<FoundAnswers>(await PageContext.OfAsync(http), ("Found", await ready.FindAsync(form, ct)));
    }

    /// <param name="found">Where that was asked for.</param>
    private static PageResult<FilePage> FilePage(PageContext page, FormState form, string reserved, FoundSoFar? found = null) =>
        new(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["file.heading"], form.Status,
            ("Form", form), ("Reserved", reserved), ("Found", found ?? FoundSoFar.Nothing), ("Asked", found is not null))
        {
            MayBeShownAgain = true,
        };

    private static async Task<IResult> ReceiptAsync(string number, HttpContext http, TicketReading reading, CitySource cities, CancellationToken ct)
    {
        var code = http.Request.Query["code"].ToString();
        var (stored, refusal) = await reading.ByCodeAsync(number, code, http.ClientAddressKey(), ct);
        if (stored is null)
            return refusal!.ToResult();
        var page = await PageContext.OfAsync(http);
        var view = PublicTicketView.Of(stored.Ticket, [], await cities.GetAsync(ct), reading.Now);
        return new PageResult<ReceiptPage>(page, page.Texts["receipt.heading"], StatusCodes.Status200OK, ("Ticket", view), ("Code", code), ("Dial", stored.Ticket.Alarm?.Dial),
            ("Files", stored.Ticket.Attachments.Length), ("Failed", http.Request.Query["files"].ToString() is { Length: > 0 } failed ? failed : null));
    }

    private static async Task<IResult> FollowAsync(string number, HttpContext http, TicketReading reading, CitySource cities, CancellationToken ct)
    {
        var code = http.Request.Query["code"].ToString();
        // The one link of a ticket serves staff too: without a code they come to their own page of it.
        if (code.Length == 0 && http.GetActor().IsStaff && TicketNumber.IsValid(number))
            return TypedResults.Redirect(http.GetActor().Role is Role.Desk or Role.Supervisor ? PageLinks.DeskTicket(number) : PageLinks.UnitTicket(number));
        var (stored, refusal) = await reading.ByCodeAsync(number, code, http.ClientAddressKey(), ct);
        return stored is null ? refusal!.ToResult() : await FollowPageAsync(stored, code, FormState.Empty(""), http, reading, cities, ct);
    }

    private static async Task<IResult> FollowPageAsync(
        StoredTicket stored, string code, FormState form, HttpContext http, TicketReading reading, CitySource cities, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var ticket = stored.Ticket;
        page.Here = PageLinks.Follow(ticket.Number, code);
        var events = await reading.EventsAsync(stored, 1, int.MaxValue, ct);
        var view = PublicTicketView.Of(ticket, events, await cities.GetAsync(ct), reading.Now);
        var done = http.Request.Query["done"].ToString();
        return new PageResult<FollowPage>(
            page, page.Texts["follow.heading"] + " " + ticket.Number, form.Status,
            ("Ticket", view), ("Code", code), ("Form", form), ("Version", Versions.ToETag(ticket.Seq)),
            ("Done", page.Texts.Find("done." + done) is null ? null : done));
    }

    private static async Task<IResult> ActAsync(
        string number, string name, Func<FormState, TicketCommand> command, HttpContext http, TicketReading reading, TicketActions actions, CitySource cities, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, name);
        var code = form["code"];
        var (stored, refusal) = await reading.ByCodeAsync(number, code, http.ClientAddressKey(), ct);
        if (stored is null)
            return refusal!.ToResult();
        if (form.Refusal is null && (TextCheck.Of(form, "text", "note") ?? Missing(form, name)) is { } wrong)
            form = form.Refused(wrong);
        if (form.Refusal is null)
        {
            var done = await actions.ActAsync(number, command(form), Actor.Resident, null, ct);
            if (done.Refusal is null)
                return PageAnswers.SeeOther(PageLinks.Follow(number, code, name));
            form = form.Refused(done.Refusal);
        }

        return await FollowPageAsync(stored, code, form, http, reading, cities, ct);
    }

    private static async Task<IResult> AttachAsync(string number, HttpContext http, TicketReading reading, CitySource cities, CancellationToken ct)
    {
        var (form, files) = await PageUpload.ReadAsync(http, "attachments");
        var code = form["code"];
        var (stored, refusal) = await reading.ByCodeAsync(number, code, http.ClientAddressKey(), ct);
        if (stored is null)
            return refusal!.ToResult();
        if (form.Refusal is null)
        {
            var (added, wrong) = files is null ? (0, null) : await files.AddAsync(http, stored, Actor.Resident, shown: false, ct);
            if (added > 0 && wrong is null)
                return PageAnswers.SeeOther(PageLinks.Follow(number, code, "attachments"));
            form = form.Refused(wrong ?? Refusal.Of("required", "files", "请选择要上传的文件。"));
            (stored, refusal) = await reading.ByCodeAsync(number, code, http.ClientAddressKey(), ct);
            if (stored is null)
                return refusal!.ToResult();
        }
        else if (files is not null)
            await files.DropAsync(ct);

        return await FollowPageAsync(stored, code, form, http, reading, cities, ct);
    }

    private static Refusal? Missing(FormState form, string name)
    {
        if (name != "rating")
            return null;
        var check = new Check().Required("resolved", YesNo(form["resolved"])).Required("satisfied", YesNo(form["satisfied"]));
        return check.Refusal;
    }

    private static async Task<IResult> TrackFormAsync(HttpContext http) => TrackPage(await PageContext.OfAsync(http), FormState.Empty("track"));

    private static async Task<IResult> TrackAsync(HttpContext http, TicketReading reading, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var form = await FormState.ReadAsync(http, "track");
        // People copy numbers with blanks in them, and codes in capitals.
        var number = form["number"].Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        var code = form["code"].Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        if (form.Refusal is null)
        {
            var check = new Check().Text("number", number, required: true).Text("code", code, required: true);
            form = check.Refusal is { } missing ? form.Refused(missing) : form;
        }

        if (form.Refusal is null)
        {
            var (stored, refusal) = await reading.ByCodeAsync(number, code, http.ClientAddressKey(), ct);
            if (stored is not null)
                return PageAnswers.SeeOther(PageLinks.Follow(number, code));
            form = form.Refused(refusal!);
        }

        return TrackPage(page, form);
    }

    private static PageResult<TrackPage> TrackPage(PageContext page, FormState form) =>
        new(page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["track.heading"], form.Status, ("Form", form));

    private static bool? YesNo(string word) => word switch { "yes" => true, "no" => false, _ => null };
}
