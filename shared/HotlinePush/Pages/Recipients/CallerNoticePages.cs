using HotlinePush.Notices.Recipients;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Recipients;

/// <summary>The desk verifies a caller's notice. The call page sends its own form here, in a window of its own, so that the call stays as it is.</summary>
internal static class CallerNoticePages
{
    public const string Address = "/desk/notices";

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Address, (Delegate)FormAsync).RequireRole(CallerNotices.Desk);
        pages.MapPost(Address, VerifyAsync).RequireRole(CallerNotices.Desk);
    }

    private static async Task<IResult> FormAsync(HttpContext http) => Page(await PageContext.OfAsync(http), FormState.Empty("caller"), null, null, null);

    private static async Task<IResult> VerifyAsync(HttpContext http, CallerNotices notices, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Address;
        var form = await FormState.ReadAsync(http, "caller");
        var typed = form.Filled("phone") ?? form["contact.phone"];
        form = form with { Values = new Dictionary<string, string> { ["phone"] = typed } };
        var phone = "";
        if (form.Refusal is null && !PhoneNumber.TryParse(typed, out phone))
            form = form.Refused(Refusal.Of("badValue", "phone", "不是有效的电话号码。"));
        if (form.Refusal is not null)
            return Page(page, form, null, null, null);
        var (items, back) = await notices.FindAsync(phone, page.Actor, ct);
        return Page(page, form, items, back, PhoneNumber.Mask(phone));
    }

    private static PageResult<CallerNoticesPage> Page(PageContext page, FormState form, IReadOnlyList<CallerNotice>? items, DateTimeOffset? back, string? phone) =>
        new(page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["nav.callerNotices"], form.Status, ("Form", form), ("Items", items), ("Back", back), ("Phone", phone));
}
