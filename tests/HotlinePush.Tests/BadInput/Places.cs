using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using HotlinePush.Inbound.Calls;
using HotlinePush.Local.Demo;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.BadInput;

/// <summary>Things that exist in the running host, for requests that are right but for one thing.</summary>
public sealed class Places
{
    public string UnitId { get; private set; } = "";
    public string OtherUnitId { get; private set; } = "";
    public string CategoryId { get; private set; } = "";
    public string AreaId { get; private set; } = "";

    /// <summary>A ticket that waits for <see cref="UnitId"/>'s signature, and its code.</summary>
    public string Number { get; private set; } = "";
    public string Code { get; private set; } = "";

    /// <summary>A draft to the demonstration's audience.</summary>
    public string Notice { get; private set; } = "";

    /// <summary>One of the disclosure catalogue.</summary>
    public string Matter { get; private set; } = "";

    /// <summary>A call that nobody took, and who is to be called back for it.</summary>
    public string Call { get; private set; } = "";
    public string MissedCaller { get; private set; } = "";
    /// <summary>One that is open, a comment on it that waits, and the group of that and its copy.</summary>
    public string Consultation { get; private set; } = "";
    public string Comment { get; private set; } = "";
    public string Group { get; private set; } = "";

    /// <summary>Tickets in all states, seeded.</summary>
    public IReadOnlyList<string> Numbers { get; private set; } = [];

    /// <summary>What is in force, to be put back: path to body.</summary>
    public Dictionary<string, string> SetUp { get; } = [];

    public const string Phone = "13800138000";

    public static async Task<Places> PrepareAsync(BadInputApp app)
    {
        var places = new Places();
        var list = await app.DoAsync(new("GET", "/api/v1/tickets?limit=200", "demo-desk"));
        places.Numbers = [.. list.GetProperty("items").EnumerateArray().Select(t => t.GetProperty("number").GetString()!)];
        var units = await app.DoAsync(new("GET", "/api/v1/units?limit=200", "demo-admin"));
        var ids = units.GetProperty("items").EnumerateArray().Select(u => u.GetProperty("id").GetString()!).ToList();
        (places.UnitId, places.OtherUnitId) = (ids[0], ids[1]);
        places.CategoryId = (await First(app, "/api/v1/categories")).GetProperty("id").GetString()!;
        places.AreaId = (await First(app, "/api/v1/areas")).GetProperty("id").GetString()!;
        places.Matter = (await First(app, "/api/v1/matters")).GetProperty("id").GetString()!;
        (places.Number, places.Code) = await places.FileAsync(app);
        places.Notice = (await app.DoAsync(Sent.Json("POST", "/api/v1/notices", "demo-publisher",
            $$"""{ "title":"救助金发放", "field":"relief", "audienceId":"{{DemoAudience.Id}}", "channels":["sms"], "texts":{ "sms":"救助金已发放。" } }"""))).GetProperty("id").GetString()!;
        (places.Call, places.MissedCaller) = await MissAsync(app);
        await places.ConsultAsync(app);
        foreach (var path in (string[])["/api/v1/units", "/api/v1/areas", "/api/v1/categories", "/api/v1/catalogue", "/api/v1/policies", "/api/v1/sms-templates", "/api/v1/calendar/years/2026"])
            places.SetUp[path] = await WholeAsync(app, path);
        return places;
    }

    private static async Task<(string Call, string Caller)> MissAsync(BadInputApp app)
    {
        var body = """{"callId":"a-call","state":"missed","caller":"13800138000"}"""u8.ToArray();
        var timestamp = app.App.App.Services.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var call = await app.DoAsync(new Sent("POST", "/hooks/calls", null, body)
            .With(CallSignature.TimestampHeader, timestamp).With(CallSignature.SignatureHeader, CallSignature.Of(CallSettings.Demo.Secrets[0], timestamp, body)));
        return (call.GetProperty("id").GetString()!, (await app.DoAsync(new("GET", "/api/v1/desk/missed-calls", "demo-desk"))).GetProperty("items")[0].GetProperty("id").GetString()!);
    }

    private async Task ConsultAsync(BadInputApp app)
    {
        var now = (await app.DoAsync(new("GET", "/api/v1/demo/clock", "demo-admin"))).GetProperty("now").GetDateTimeOffset();
        Consultation = (await app.DoAsync(Sent.Json("POST", "/api/v1/consultations", "demo-publisher",
            $$"""{ "title":"公开征求意见", "text":[{ "id":"s1", "heading":"第一条", "body":"内容" }], "opensAt":"{{now:O}}", "closesAt":"{{now.AddDays(40):O}}", "minDays":30 }"""))).GetProperty("id").GetString()!;
        for (var i = 0; i < 2; i++)
            Comment = (await app.DoAsync(Sent.Json("POST", $"/api/v1/consultations/{Consultation}/comments", null, "{ \"text\":\"希望早点实施。\" }"))).GetProperty("id").GetString()!;
        Group = (await app.DoAsync(new("GET", $"/api/v1/consultations/{Consultation}/groups", "demo-publisher"))).GetProperty("items")[0].GetProperty("id").GetString()!;
    }

    /// <summary>A new ticket that <see cref="UnitId"/> is to sign for.</summary>
    public async Task<(string Number, string Code)> FileAsync(BadInputApp app)
    {
        var filed = await app.DoAsync(Sent.Json("POST", "/api/v1/tickets", null, Ticket().ToJsonString()));
        var number = filed.GetProperty("number").GetString()!;
        var action = filed.GetProperty("state").GetString() == "Received" ? "dispatch" : "reassign";
        if (filed.GetProperty("leadUnitId").GetString() != UnitId)
            await app.DoAsync(Sent.Json("POST", $"/api/v1/tickets/{number}/actions/{action}", "demo-desk",
                action == "dispatch" ? $$"""{"leadUnitId":"{{UnitId}}"}""" : $$"""{"leadUnitId":"{{UnitId}}","note":"改派"}"""));
        return (number, filed.GetProperty("trackingCode").GetString()!);
    }

    public static JsonObject Ticket() => new()
    {
        ["type"] = "Complaint",
        ["subject"] = "路灯不亮",
        ["description"] = "小区门口的路灯已经三天不亮，夜里出行不便。",
        ["contact"] = new JsonObject { ["name"] = "李四", ["phone"] = Phone },
    };

    /// <summary>A path of this template that leads somewhere.</summary>
    public string Fill(string template, Random? random = null) => template
        .Replace("{number}", random is null || random.Next(3) == 0 ? Number : Numbers[random.Next(Numbers.Count)], StringComparison.Ordinal)
        .Replace("{unitId}", UnitId, StringComparison.Ordinal)
        .Replace("{year}", "2026", StringComparison.Ordinal)
        .Replace("/audiences/{id}", "/audiences/" + DemoAudience.Id, StringComparison.Ordinal)
        .Replace("/notices/{id}", "/notices/" + Notice, StringComparison.Ordinal)
        .Replace("/desk/calls/{id}", "/desk/calls/" + Call, StringComparison.Ordinal)
        .Replace("/missed-calls/{id}", "/missed-calls/" + MissedCaller, StringComparison.Ordinal)
        .Replace("/matters/{id}", "/matters/" + Matter, StringComparison.Ordinal)
        .Replace("/consultations/{id}", "/consultations/" + Consultation, StringComparison.Ordinal)
        .Replace("{cid}", Comment, StringComparison.Ordinal)
        .Replace("{gid}", Group, StringComparison.Ordinal)
        .Replace("/open311/v2/services/{code}", $"/open311/v2/services/{CategoryId}.xml", StringComparison.Ordinal)
        .Replace("/open311/v2/requests/{id}", $"/open311/v2/requests/{Number}.json", StringComparison.Ordinal)
        .Replace("/open311/v2/tokens/{id}", $"/open311/v2/tokens/{Number}.xml", StringComparison.Ordinal)
        .Replace("{format}", "json", StringComparison.Ordinal)
        .Replace("{id}", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", StringComparison.Ordinal)
        .Replace("{documentName}", "v1", StringComparison.Ordinal);

    /// <summary>The right value of a field, by its name and the operation; null where any text will do.</summary>
    public JsonNode? Known(string field, string path) => field switch
    {
        "leadUnitId" or "unitId" => UnitId == "" ? null : UnitId,
        "unitIds" or "coUnitIds" => new JsonArray(OtherUnitId),
        "categoryId" => CategoryId,
        "areaId" => AreaId,
        "into" => Number,
        "field" => "relief",
        "audienceId" => DemoAudience.Id,
        "sms" when path.EndsWith("/notices", StringComparison.Ordinal) || path.EndsWith("/notices/{id}", StringComparison.Ordinal) => "一段普通的文字",
        "from" => "a0a1b2c3d4e5f60718293a4b5c6d7e8",
        "phone" => Phone,
        "email" => "li.si@example.com",
        "name" => "李四",
        "service" => "119",
        "workingDays" => 1,
        "amount" => 3,
        "unit" => "workingDays",
        "lat" => 30.5,
        "lng" => 114.3,
        "opensAt" => "2026-03-20T09:00:00+08:00",
        "closesAt" => "2026-05-20T18:00:00+08:00",
        "minDays" => 30,
        "sectionId" => "s1",
        "like" => Comment,
        "advance" => "0.00:00:01",
        "reason" => path.Split('/')[^1] switch
        {
            "return" => "notOurDuty",
            "suspend" => "thirdParty",
            "extend" => "complex",
            "decline" => "vague",
            "terminate" => "callerWithdrew",
            "park" => "policyGap",
            "erase" => "requested",
            _ => null,
        },
        _ => null,
    };

    private static async Task<JsonElement> First(BadInputApp app, string path) =>
        (await app.DoAsync(new("GET", path + "?limit=1", null))).GetProperty("items")[0];

    private static async Task<string> WholeAsync(BadInputApp app, string path)
    {
        var items = new JsonArray();
        string? next = null;
        do
        {
            var page = await app.DoAsync(new("GET", $"{path}?limit=200{(next is null ? "" : "&after=" + next)}", "demo-admin"));
            if (!page.TryGetProperty("items", out var list))
                return page.GetRawText();
            foreach (var item in list.EnumerateArray())
                items.Add(JsonNode.Parse(item.GetRawText()));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);
        return new JsonObject { ["items"] = items }.ToJsonString();
    }
}
