using System.Globalization;
using HotlinePush.Channels;
using HotlinePush.Notices;
using HotlinePush.Notices.Matters;
using HotlinePush.Pages.Setup;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Publishing;

/// <summary>What administrators keep for all offices: the content templates of a field, and the reviewer's checklist.</summary>
internal static class DisclosureSetup
{
    internal const string Root = "/setup/notices";

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, (HttpContext http, DisclosureSource source) => PageAsync(http, FormState.Empty(""), source)).RequireRole(Role.Admin);
        pages.MapPost(Root + "/texts", TextsAsync).RequireRole(Role.Admin);
        pages.MapPost(Root + "/checklist", ChecklistAsync).RequireRole(Role.Admin);
    }

    private static async Task<IResult> TextsAsync(HttpContext http, SetupStore setup, CitySource cities, DisclosureSource source)
    {
        var form = await FormState.ReadAsync(http, "texts");
        var field = form["field"];
        IReadOnlyList<StartingText> texts =
        [
            .. ComposePages.Channels.Where(c => form.Filled(ComposePages.TextField(c)) is not null)
                .Select(c => new StartingText(field, c, form[ComposePages.TextField(c)], c == ChannelKind.Email ? form["texts.email.subject"] : null)),
        ];
        var refusal = form.Refusal ?? Fields(StartingTexts.Check(texts), texts);
        if (refusal is null)
            (_, refusal) = await SetupLists.ReplaceAsync<IReadOnlyList<StartingText>>(http, setup, cities, DisclosureSource.TextsDocument, StartingTexts.Shipped,
                read => Task.FromResult(new SetupChange<IReadOnlyList<StartingText>>([.. read.Value.Where(t => t.Field != field), .. texts], [], null)), seen: form.Version());
        source.Forget();
        return refusal is null ? PageAnswers.SeeOther($"{Root}?field={Uri.EscapeDataString(field)}&done=saved") : await PageAsync(http, form.Refused(refusal), source);
    }

    /// <summary>Errors stand at the fields of the form.</summary>
    private static Refusal? Fields(Refusal? refusal, IReadOnlyList<StartingText> texts) => refusal?.Errors is not { } errors ? refusal : refusal with
    {
        Errors = errors.GroupBy(e => e.Key.Split('.') is [var item, var part] && int.TryParse(item.AsSpan(6, item.Length - 7), out var i)
                ? part == "field" ? "field" : ComposePages.TextField(texts[i].Channel) + (part == "subject" ? ".subject" : "")
                : e.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.SelectMany(e => e.Value).ToArray(), StringComparer.Ordinal),
    };

    private static async Task<IResult> ChecklistAsync(HttpContext http, SetupStore setup, CitySource cities, DisclosureSource source)
    {
        var form = await FormState.ReadAsync(http, "checklist");
        Refusal? refusal = form.Refusal;
        if (refusal is null)
            (_, refusal) = await SetupLists.ReplaceAsync<IReadOnlyList<ReviewPoint>>(http, setup, cities, DisclosureSource.ChecklistDocument, ReviewChecklist.Shipped, read =>
            {
                var points = Points(form, read.Value);
                return Task.FromResult(ReviewChecklist.Check(points) is { } wrong
                    ? new Refusal(wrong.Code, wrong.Message, new Dictionary<string, string[]> { [nameof(ReviewPart.Secrecy)] = [.. (wrong.Errors ?? new Dictionary<string, string[]>()).SelectMany(e => e.Value).Take(1)] })
                    : new SetupChange<IReadOnlyList<ReviewPoint>>(points, [], null));
            }, seen: form.Version());
        source.Forget();
        return refusal is null ? PageAnswers.SeeOther(Root + "?done=saved") : await PageAsync(http, form.Refused(refusal), source);
    }

    /// <summary>A point a line; one whose words have not changed keeps its id, under which histories name it.</summary>
    private static List<ReviewPoint> Points(FormState form, IReadOnlyList<ReviewPoint> before)
    {
        var points = new List<ReviewPoint>();
        var taken = before.Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var part in Enum.GetValues<ReviewPart>())
            foreach (var line in form[part.ToString()].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var id = before.FirstOrDefault(p => p.Part == part && p.Text == line)?.Id;
                for (var n = 1; id is null; n++)
                    if (string.Create(CultureInfo.InvariantCulture, $"point-{n}") is var fresh && taken.Add(fresh))
                        id = fresh;
                points.Add(new(id, part, line));
            }

        return points;
    }

    private static async Task<IResult> PageAsync(HttpContext http, FormState form, DisclosureSource source)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var asked = form.Filled("field") ?? new QueryFields(http.Request).Text("field");
        var field = DisclosureFields.NameOf(asked) is null ? DisclosureFields.All[0].Code : asked!;
        var now = await source.GetAsync(http.RequestAborted);
        page.Here = Root + "?field=" + field;
        var texts = form.Name == "texts" ? form : SetupFields.Filled("texts",
        [
            .. now.Texts.Where(t => t.Field == field).Select(t => (ComposePages.TextField(t.Channel), (string?)t.Body)),
            ("texts.email.subject", now.Texts.FirstOrDefault(t => t.Field == field && t.Channel == ChannelKind.Email)?.Subject),
        ]);
        var checklist = form.Name == "checklist" ? form : SetupFields.Filled(
            "checklist", [.. Enum.GetValues<ReviewPart>().Select(p => (p.ToString(), (string?)string.Join('\n', now.Checklist.Where(c => c.Part == p).Select(c => c.Text))))]);
        return new PageResult<DisclosureSetupPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["setup.notices"], form.Status,
            ("Field", field), ("TextForm", texts), ("ListForm", checklist), ("Form", form), ("Now", now), ("Done", http.Done()));
    }
}
