using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Records;

/// <summary>Case files, a person's own data, and its deletion.</summary>
public static class RecordEndpoints
{
    public static IServiceCollection AddHotlineRecords(this IServiceCollection services)
    {
        services.TryAddSingleton(new RetentionPolicy());
        services.AddSingleton<TicketErasure>();
        services.AddSingleton<TicketRetention>();
        services.AddSingleton<CaseFiles>();
        services.AddSingleton<PersonExport>();
        return services;
    }

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/tickets/{number}/case-file", TicketAsync).RequireRole(Role.Supervisor, Role.Admin).Produces<TicketCaseFile>().WithTags("records").WithSummary("工单卷宗，留痕 (a ticket's case file, audited)");
        api.MapGet("/notices/{id}/case-file", NoticeAsync).RequireRole(Role.Publisher, Role.Reviewer, Role.Supervisor, Role.Admin).Produces<NoticeCaseFile>().WithTags("records")
            .WithSummary("通知卷宗，留痕 (a notice's case file, audited)");
        api.MapPost("/tickets/{number}/erase", EraseAsync).RequireRole(Role.Admin).Produces<TicketErasureProof>().WithTags("records").WithSummary("删除个人信息 (delete what a ticket tells about a person)");
        api.MapPost("/people/export", ExportAsync).RequireRole(Role.Admin).Produces<PersonRecords>().WithTags("records").WithSummary("导出一个人的信息，留痕 (one person's data, audited)");
    }

    private static async Task<object> TicketAsync(string number, HttpContext http, CaseFiles files, CancellationToken ct) =>
        await files.OfTicketAsync(number, http.GetActor(), ct) is { } file ? TypedResults.Ok(file) : Problems.NotFoundHere;

    private static async Task<object> NoticeAsync(string id, HttpContext http, CaseFiles files, CancellationToken ct) =>
        await files.OfNoticeAsync(id, http.GetActor(), ct) is { } file ? TypedResults.Ok(file) : Problems.NotFoundHere;

    private static async Task<object> EraseAsync(string number, JsonBody<EraseBody> body, HttpContext http, TicketErasure erasure, CancellationToken ct)
    {
        if (!TicketErasure.Reasons.Contains(body.Value.Reason))
            return Refusal.Of("badValue", "reason", "原因应为 " + string.Join("、", TicketErasure.Reasons) + " 之一。");
        var (proof, refusal) = await erasure.EraseAsync(number, body.Value.Reason, http.GetActor(), ct);
        return proof is null ? refusal! : TypedResults.Ok(proof);
    }

    private static async Task<object> ExportAsync(JsonBody<ExportBody> body, HttpContext http, PersonExport export, CancellationToken ct)
    {
        var (asked, check) = (body.Value, new Check().Text("why", body.Value.Why, required: true, max: 500));
        var (phone, email) = ((string?)null, (string?)null);
        check.That(string.IsNullOrWhiteSpace(asked.Phone) != string.IsNullOrWhiteSpace(asked.Email), "phone", "required", "请填写电话或邮箱其中一项。");
        if (!string.IsNullOrWhiteSpace(asked.Phone))
            check.That(PhoneNumber.TryParse(asked.Phone, out phone), "phone", "badValue", "不是有效的电话号码。");
        if (!string.IsNullOrWhiteSpace(asked.Email))
            check.That(EmailAddress.TryParse(asked.Email, out email), "email", "badValue", "不是有效的邮箱。");
        return check.Refusal is { } refusal ? refusal : TypedResults.Ok(await export.MakeAsync(phone, email?.ToLowerInvariant(), asked.Why, http.GetActor(), ct));
    }

    /// <param name="Reason"><c>retentionOver, requested, unlawful</c>.</param>
    private sealed record EraseBody(string Reason);

    /// <param name="Why">Stands in the audit log.</param>
    private sealed record ExportBody(string Why, string? Phone = null, string? Email = null);
}
