using System.Globalization;
using System.Text;
using System.Text.Json;
using HotlinePush.Storage;
using HotlinePush.Tests.Support;
using HotlinePush.Web;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.BadInput;

/// <summary>One running host for the suite, with tickets in the states that the cases need.</summary>
public sealed class BadInputApp : IAsyncLifetime
{
    private int _next;
    private int _seen;

    public BadInputApp() => App = new() { SeedTickets = 40, Change = Watch };

    public HotlineApp App { get; }
    public WatchedStore Store { get; private set; } = null!;
    public IReadOnlyList<ApiOperation> Operations { get; private set; } = [];
    public Places Places { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await App.InitializeAsync();
        Store = (WatchedStore)App.App.Services.GetRequiredService<ITableStore>();
        Operations = await ApiOperation.ReadAsync(this);
        Places = await Places.PrepareAsync(this);
    }

    public Task DisposeAsync() => App.DisposeAsync();

    private static void Watch(IServiceCollection services)
    {
        var store = services.Last(d => d.ServiceType == typeof(ITableStore));
        services.Remove(store);
        services.AddSingleton<ITableStore>(s => new WatchedStore((ITableStore)store.ImplementationFactory!(s)));
        services.AddSingleton<IStartupFilter, WatchedStore.Naming>();
    }

    /// <summary>Warnings and errors logged since this was last asked.</summary>
    public IReadOnlyList<string> NewWarnings()
    {
        var all = App.Warnings.ToList();
        // A client that hangs up while the server drains its body: the server's own pipe complains (dotnet/aspnetcore#17840). The answer was given before.
        var fresh = all.Skip(_seen).Where(w => !w.Contains("Reading is already in progress", StringComparison.Ordinal) || !w.Contains("OnConsumeAsync", StringComparison.Ordinal)).ToList();
        _seen = all.Count;
        return fresh;
    }

    public RawConnection Connect() => new(App.Address);

    /// <summary>Sends and judges; <see cref="Verdict.Wrong"/> says what is wrong with the answer, null where nothing is.</summary>
    public async Task<Verdict> TryAsync(Sent sent, RawConnection? over = null, bool closing = false)
    {
        var id = Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture);
        using var own = over is null ? Connect() : null;
        var answer = await (over ?? own!).SendAsync(sent.ToBytes(id), sent.Method == "HEAD", closing);
        return new(sent, answer, Judge(sent, answer, Store.StoredBy(id)));
    }

    /// <summary>A request that must go through.</summary>
    public async Task<JsonElement> DoAsync(Sent sent)
    {
        var verdict = await TryAsync(sent);
        Assert.True(verdict.Answer is { Status: >= 200 and < 300 } && verdict.Wrong is null, verdict.ToString());
        return verdict.Answer!.Body.Length == 0 ? default : JsonDocument.Parse(verdict.Answer.Body).RootElement;
    }

    private static string? Judge(Sent sent, Answer? answer, IReadOnlyCollection<string> stored)
    {
        if (answer is null)
            return "no answer";
        if (answer.Status >= 500)
            return $"{answer.Status} {answer.Text}";
        if (answer.Status < 400)
            return null;
        if (stored.Count > 0)
            return $"{answer.Status} but stored {string.Join(", ", stored)}";
        if (answer.Status == 405 && answer.Header("Allow") is null)
            return "405 without Allow";
        if (answer.Status == 401 && answer.Header("WWW-Authenticate") is null)
            return "401 without WWW-Authenticate";
        if (answer.Status == 429 && answer.Header("Retry-After") is null)
            return "429 without Retry-After";
        return sent.Method == "HEAD" || IsPage(sent, answer) ? null : Problem(answer) is { } wrong ? IsOpen311(sent) && Open311Errors.Wrong(answer) is null ? null : wrong : null;
    }

    private static bool IsOpen311(Sent sent) => sent.Target.StartsWith("/open311", StringComparison.OrdinalIgnoreCase);

    // Outside the machines' paths an error may be a page, for whoever asked for one.
    private static bool IsPage(Sent sent, Answer answer)
    {
        var path = sent.Target.Contains("..", StringComparison.Ordinal) ? "" : sent.Target.Split('?', '/') is [_, var first, ..] ? first : "";
        return !((string[])["api", "hooks", "open311"]).Contains(path, StringComparer.OrdinalIgnoreCase)
            && answer.Header("Content-Type")?.StartsWith("text/html", StringComparison.Ordinal) == true
            && sent.Headers.Any(h => h.Name == "Accept" && h.Value.Contains("text/html", StringComparison.Ordinal));
    }

    /// <summary>What an error answer lacks of code, reason and form.</summary>
    public static string? Problem(Answer answer)
    {
        if (answer.Header("Content-Type") is not { } type || !type.StartsWith("application/problem+json", StringComparison.Ordinal))
            return $"{answer.Status} as {answer.Header("Content-Type") ?? "nothing"}: {answer.Text}";
        try
        {
            var problem = JsonDocument.Parse(answer.Body).RootElement;
            var code = problem.GetProperty("code").GetString()!;
            if (!Problems.IsListed(code))
                return $"code {code} is not in the table";
            if (problem.GetProperty("status").GetInt32() != answer.Status || Problems.KindOf(code).Status != answer.Status)
                return $"code {code} with status {answer.Status}";
            if (string.IsNullOrWhiteSpace(problem.GetProperty("detail").GetString()))
                return $"code {code} without a reason";
            if (problem.TryGetProperty("errors", out var errors))
                foreach (var field in errors.EnumerateObject())
                    foreach (var text in field.Value.EnumerateArray())
                        if (text.GetString()!.Split(": ", 2) is not [{ Length: > 0 }, { Length: > 0 }])
                            return $"errors.{field.Name} gives no words: {text}";
            return null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"not a problem: {answer.Text}";
        }
    }
}

public sealed record Verdict(Sent Sent, Answer? Answer, string? Wrong)
{
    public int Status => Answer?.Status ?? 0;

    public string? Code => Answer is { Status: >= 400, Body.Length: > 0 } ? Open311Errors.Are(Answer) ? Problems.CodeOf(Answer.Status) : JsonDocument.Parse(Answer.Body).RootElement.GetProperty("code").GetString() : null;

    public override string ToString() => $"{Sent}\n  → {Status} {(Answer is null ? "" : Encoding.UTF8.GetString(Answer.Body.AsSpan(0, Math.Min(400, Answer.Body.Length))))}\n  {Wrong}";
}

/// <summary>Says all of what is wrong, up to a screenful, where the framework would cut each to fifty characters.</summary>
public static class Wrong
{
    public static void None(IEnumerable<string> wrong)
    {
        var all = wrong.ToList();
        Assert.True(all.Count == 0, $"{all.Count} wrong:\n{string.Join('\n', all.Take(12).Select(w => w.Length > 1500 ? w[..1500] : w))}");
    }
}

[CollectionDefinition(Name)]
public sealed class BadInputSuite : ICollectionFixture<BadInputApp>
{
    public const string Name = "bad input";
}
