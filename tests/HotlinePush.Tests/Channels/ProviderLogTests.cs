using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using HotlinePush.Channels;
using HotlinePush.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HotlinePush.Tests.Channels;

/// <summary>Whatever goes wrong with a provider, no log line names a person or holds a secret.</summary>
public sealed class ProviderLogTests
{
    private sealed class EveryLine : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();
        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue($"{formatter(state, exception)} {exception}");
        public void Dispose()
        {
        }
    }

    [Fact]
    public async Task Log_OfAHostWhoseProvidersFail_HoldsNoSecretAndNoPhone()
    {
        const string secret = "the-secret-of-nobody", key = "693a91f6-7ccc-4bc4-97a0-0ec2a1fa5aaa";
        await using var server = await ProviderServer.StartAsync();
        var calls = 0;
        server.Answer = (http, call) =>
        {
            switch (Interlocked.Increment(ref calls) % 4)
            {
                case 0:
                    http.Abort();
                    return Task.CompletedTask;
                case 1:
                    return ProviderServer.WriteAsync(http, "13800001231 <html>", 500);
                case 2:
                    return ProviderServer.WriteAsync(http, """{"Code":"isv.MOBILE_NUMBER_ILLEGAL","errcode":93000,"Message":"13800001232"}""");
                default:
                    return ProviderServer.WriteAsync(http, "13800001233");
            }
        };
        var log = new EveryLine();
        var app = new HotlineApp
        {
            Change = services =>
            {
                services.AddHotlineProviders(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
                {
                    ["Providers:Aliyun:AccessKeyId"] = "id",
                    ["Providers:Aliyun:AccessKeySecret"] = secret,
                    ["Providers:Aliyun:SignName"] = "云泽市",
                    ["Providers:Aliyun:Endpoint"] = server.Address.ToString(),
                    ["Providers:WeCom:Enabled"] = "true",
                    ["Providers:WeCom:Endpoint"] = server.Address.ToString(),
                }).Build());
                services.AddLogging(l => l.SetMinimumLevel(LogLevel.Trace).AddFilter("Microsoft", LogLevel.Trace));
                services.AddSingleton<ILoggerProvider>(log);
            },
        };
        await app.InitializeAsync();
        try
        {
            var office = new NoticeScenario(app);
            await office.PutTemplatesAsync(new { code = "SMS_1", channel = "sms", text = "${name}您好" });
            var audience = await office.AudienceAsync("recipient_id,name,phone\n" + string.Concat(Enumerable.Range(1, 8).Select(i => $"{i},某{i},1380000123{i}\n")));
            var id = await office.SendAsync(new { title = "救助", field = "relief", audienceId = audience, channels = new[] { "sms" }, texts = new { sms = "{{姓名}}您好" }, templates = new { sms = "SMS_1" } });
            using var added = await office.Publisher.PostAsJsonAsync("/api/v1/group-robots", new { name = "群", key });
            var robot = (await added.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
            for (var i = 0; i < 4; i++)
                using (await office.Publisher.PostAsJsonAsync("/api/v1/group-messages", new { robotIds = new[] { robot }, kind = "text", text = "停水" }))
                    await app.AdvanceAsync(TimeSpan.FromSeconds(1));

            var progress = await office.ProgressAsync(id);
            Assert.Equal(8, progress.GetProperty("failed").GetInt32() + progress.GetProperty("unknown").GetInt32());
            Assert.Equal(12, server.Calls.Count);
        }
        finally
        {
            await app.DisposeAsync();
        }

        Assert.True(log.Lines.Count > 100, "Nothing was logged.");
        foreach (var kept in (string[])[secret, key, "1380000123", "某1", "Authorization: ACS3"])
            Assert.DoesNotContain(log.Lines, l => l.Contains(kept, StringComparison.Ordinal));
    }
}
