using HotlinePush.Channels;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Notices.Templates;

/// <summary><c>/sms-templates</c>: what is registered with the providers, replaced as a whole by the admin. SMS and WeChat templates alike.</summary>
public static class TemplateEndpoints
{
    public const int MaxTemplates = 1_000;
    private const int MaxCode = 64, MaxText = 1_000, MaxSignature = 30;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/sms-templates", async (ListQuery list, SetupStore setup, CancellationToken ct) =>
        {
            var read = await setup.ReadAsync<IReadOnlyList<RegisteredTemplate>>(TemplateRegister.Document, [], ct);
            return SetupLists.Page(read.Value, t => t.Code, list, read.Version);
        }).RequireRole(Role.Publisher, Role.Reviewer, Role.Admin).Produces<Page<RegisteredTemplate>>().WithSummary("报备模板 (registered templates)");

        api.MapPut("/sms-templates", (CollectionBody<RegisteredTemplate> body, HttpContext http, SetupStore setup, CitySource cities) =>
            SetupLists.ReplaceListAsync(http, setup, cities, TemplateRegister.Document, body.Items, t => t.Code, () => Task.FromResult(Check(body.Items))))
            .RequireRole(Role.Admin).TakesUpload(SetupLists.MaxBytes).WithSummary("登记报备模板 (replace the registered templates)");
    }

    public static Refusal? Check(IReadOnlyList<RegisteredTemplate> templates)
    {
        if (SetupChecks.TooMany(templates.Count, MaxTemplates) is { } tooMany)
            return tooMany;
        var check = new Check();
        var codes = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < templates.Count; i++)
        {
            var (at, t) = (SetupChecks.Path(i), templates[i]);
            check.Text(at + ".code", t.Code, required: true, max: MaxCode)
                .That(t.Code.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'), at + ".code", "badValue", "编号由字母、数字、下划线和连字符组成。")
                .That(codes.Add(t.Code), at + ".code", "duplicate", "编号重复。")
                .That(t.Channel is ChannelKind.Sms or ChannelKind.WeChat, at + ".channel", "unknownWord", "应为 sms 或 wechat。")
                .Text(at + ".text", t.Text, required: true, max: MaxText)
                .Text(at + ".name", t.Name, max: SetupChecks.MaxName)
                .Text(at + ".signature", t.Signature, max: MaxSignature)
                .That(t.Signature?.AsSpan().IndexOfAny('【', '】') is null or < 0, at + ".signature", "badValue", "签名不含【】。");
            if (TemplateText.ProblemOf(t.Channel, t.Text) is { } problem)
                check.Add(at + ".text", "badTemplate", problem);
        }

        return check.Result();
    }
}
