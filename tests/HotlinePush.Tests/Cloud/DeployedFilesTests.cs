using System.Text.Json;
using System.Text.RegularExpressions;
using HotlinePush.Channels;
using HotlinePush.Messaging;
using HotlinePush.Notices;
using HotlinePush.Operations;
using HotlinePush.Records;
using HotlinePush.Storage;
using HotlinePush.Tests.Docs;
using HotlinePush.Web;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Tests.Cloud;

/// <summary>The files a city deploys with, against the code.</summary>
public sealed partial class DeployedFilesTests
{
    private static readonly string Bus = Read("infra/modules/bus.bicep");

    [Fact]
    public void Queues_WhenDeployed_AreThoseOfTheCodeAndNoOther()
    {
        var list = Regex.Match(Bus, @"var queues = \[(?<names>[^\]]*)\]").Groups["names"].Value;

        Assert.Equal(Queues.All.Order(), Regex.Matches(list, "'([^']+)'").Select(m => m.Groups[1].Value).Order());
    }

    [Fact]
    public void Queues_WhenDeployed_HaveTheSettingsTheBusStandsOn()
    {
        var settings = Regex.Matches(Bus, @"^ {6}(\w+): (.+)$", RegexOptions.Multiline).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value.Trim('\''));

        Assert.Equal("true", settings["requiresDuplicateDetection"]);
        Assert.Equal("PT10M", settings["duplicateDetectionHistoryTimeWindow"]);
        Assert.Equal("false", settings["requiresSession"]);
        Assert.Equal("P10675199DT2H48M5.4775807S", settings["defaultMessageTimeToLive"]);
        Assert.Equal("PT1M", settings["lockDuration"]);
        // The dispatcher gives a message up, with a reason, before the platform does without one.
        Assert.True(int.Parse(settings["maxDeliveryCount"], System.Globalization.CultureInfo.InvariantCulture) > HotlineProduct.Catalogue().Kinds.Max(k => k.Retry.MaxDeliveries));
    }

    [Fact]
    public void AppSettings_WhenDeployed_AreKnownToTheCode()
    {
        var app = Read("infra/modules/app.bicep");
        var given = Regex.Matches(app[app.IndexOf("resource settings", StringComparison.Ordinal)..], @"^ {4}(\w+__\w+): ", RegexOptions.Multiline).Select(m => m.Groups[1].Value)
            .Where(n => !n.StartsWith("AzureWebJobsStorage", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(given);
        Assert.Empty(given.Except(Known().Select(Variable)));
    }

    [Fact]
    public void Alerts_WhenOnMetrics_NameInstrumentsOfTheCode() => Assert.All(
        Regex.Matches(Read("infra/modules/alerts.bicep"), "\"(hotline[.a-z]+)\"|'(hotline[.a-z]+)'").Select(m => m.Groups[1].Value + m.Groups[2].Value),
        name => Assert.Contains(Telemetry.Instruments, i => i.Name == name));

    [Fact]
    public void SampleSettings_WhenComparedWithTheCode_AreAllOfItsOwn()
    {
        using var sample = JsonDocument.Parse(Read("local.settings.sample.json"));
        string[] ofThePlatform = ["FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage", "AzureWebJobsDisableHomepage", "APPLICATIONINSIGHTS_CONNECTION_STRING", CloudSettings.BusConnection];

        DocTable.AssertSame(
            "local.settings.sample.json", Known().Select(Variable).Concat(ofThePlatform), sample.RootElement.GetProperty("Values").EnumerateObject().Select(p => p.Name));
    }

    /// <summary>A Chinese city's data stays in a cloud whose hosts have other names than global Azure's: none may be written anywhere.</summary>
    [Fact]
    public void Addresses_WhenOfOneCloud_AreWrittenNowhere()
    {
        // In two halves, or this file would be the first that is found.
        string[] hosts = ["core.windows" + ".net", "servicebus.windows" + ".net", "vault.azure" + ".net", "microsoftonline" + ".com", "azurewebsites" + ".net", "applicationinsights.azure" + ".com", "chinacloud" + "api.cn"];
        string[] kinds = [".cs", ".csproj", ".props", ".json", ".bicep", ".bicepparam", ".razor", ".yml", ".md"];
        var files = Directory.EnumerateFiles(DocTable.Root, "*", SearchOption.AllDirectories)
            .Where(f => kinds.Contains(Path.GetExtension(f)) && !OutOfTree().IsMatch(Path.GetRelativePath(DocTable.Root, f)));

        Assert.Empty(files.SelectMany(f => hosts.Where(h => File.ReadAllText(f).Contains(h, StringComparison.OrdinalIgnoreCase)).Select(h => $"{Path.GetRelativePath(DocTable.Root, f)}: {h}")));
    }

    private static IEnumerable<string> Known()
    {
        var none = new ConfigurationBuilder().Build();
        foreach (var (part, above, read) in CloudSettings.Parts.Select(p => (p.Part, "", p.Read))
                     .Concat(ProviderSetup.Settings.Concat(MailAndTwilioSettings.Settings).Select(p => (p.Provider, "Providers:", p.Read)))
                     .Append((WebSettings.Part, "", s => WebSettings.Read(s))).Append((QueuePlaces.Part, "", s => QueuePlaces.Read(s))))
        {
            var asked = new ProviderSettings(none, part, above);
            read(asked);
            foreach (var (name, _) in asked.Asked)
                yield return $"{above}{part}:{name}";
        }

        yield return SiteAddress.Setting;
        yield return NoticePolicy.Setting;
        yield return RetentionPolicy.Setting;
        yield return TelemetryExport.Setting;
    }

    private static string Variable(string setting) => setting.Replace(":", "__", StringComparison.Ordinal);

    private static string Read(string file) => File.ReadAllText(Path.Combine(DocTable.Root, file));

    [GeneratedRegex(@"(^|[/\\])(bin|obj|\.git|TestResults)([/\\]|$)")]
    private static partial Regex OutOfTree();
}
