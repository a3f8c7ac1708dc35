using HotlinePush.Channels;
using HotlinePush.Channels.Email;
using HotlinePush.Notices;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Tests.Channels;

public sealed class MailAndTwilioSettingsTests
{
    private static readonly Dictionary<string, string?> Right = new()
    {
        ["Providers:Smtp:Host"] = "smtp.city.example",
        ["Providers:Smtp:UserName"] = "hotline",
        ["Providers:Smtp:Password"] = "the-secret",
        ["Providers:Smtp:From"] = "某市12345热线 <notices@city.example>",
        ["Providers:Smtp:ReturnPath"] = "bounces@city.example",
        ["Providers:Imap:Host"] = "imap.city.example",
        ["Providers:Imap:UserName"] = "bounces",
        ["Providers:Imap:Password"] = "the-secret",
        ["Providers:Twilio:AccountSid"] = "AC" + new string('0', 32),
        ["Providers:Twilio:AuthToken"] = "the-secret",
        ["Providers:Twilio:From"] = "+15005550006",
    };

    private static MailAndTwilioSettings Read(Dictionary<string, string?> settings, string site = "https://12345.city.example") =>
        MailAndTwilioSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), new SiteAddress(site));

    [Fact]
    public void Settings_WhenNoneIsGiven_AreNone() => Assert.Equal(new(null, null, null), Read([]));

    [Fact]
    public void Settings_WhenRight_AreRead()
    {
        var (smtp, imap, twilio) = Read(Right);

        Assert.Equal((587, MailSecurity.StartTls), (smtp!.Server.Port, smtp.Server.Security));
        Assert.Equal(("notices@city.example", "某市12345热线"), (smtp.From, smtp.FromName));
        Assert.Equal((993, MailSecurity.Implicit), (imap!.Server.Port, imap.Server.Security));
        Assert.True(twilio!.Takes("+85251234567"));
        Assert.False(twilio.Takes("+8613800001234"));
        Assert.False(twilio.Takes("13800001234"));
        Assert.All((object[])[smtp, imap, twilio, smtp.Server], s => Assert.DoesNotContain("the-secret", s.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Mainland_WhenTheSecurityAssessmentIsNamed_IsTaken() =>
        Assert.True(Read(new(Right) { ["Providers:Twilio:SecurityAssessment"] = "网信办评估〔2026〕1号" }).Twilio!.Takes("+8613800001234"));

    [Theory]
    [InlineData("Smtp:Host", null, "Providers:Smtp:Host is missing")]
    [InlineData("Smtp:From", null, "Providers:Smtp:From is missing")]
    [InlineData("Smtp:From", "nobody", "Providers:Smtp:From has to be an address")]
    [InlineData("Smtp:ReturnPath", "a@b@c", "Providers:Smtp:ReturnPath has to be a plain address")]
    [InlineData("Smtp:Security", "none", "Providers:Smtp:Security may be none for localhost only")]
    [InlineData("Smtp:Security", "tls", "Providers:Smtp:Security has to be startTls, implicit or none")]
    [InlineData("Smtp:Security", "implicit", "Providers:Smtp:Port does not go with implicit")]
    [InlineData("Smtp:Port", "465", "Providers:Smtp:Port does not go with startTls")]
    [InlineData("Smtp:Port", "smtp", "Providers:Smtp:Port has to be a number")]
    [InlineData("Smtp:Password", null, "Providers:Smtp:Password is missing: name both or none")]
    [InlineData("Smtp:CertificateSha256", "12:34", "Providers:Smtp:CertificateSha256 has to be")]
    [InlineData("Smtp:Pasword", "x", "Providers:Smtp:Pasword is no setting of Smtp; known are Host")]
    [InlineData("Smtp:ReturnPath", null, "Providers:Smtp:ReturnPath is missing")]
    [InlineData("Imap:Other", "Bounces-Done", "Providers:Imap:Other has to be another folder")]
    [InlineData("Twilio:AccountSid", "AC1", "Providers:Twilio:AccountSid has to be AC")]
    [InlineData("Twilio:From", null, "Providers:Twilio:From is missing: name a number")]
    [InlineData("Twilio:MessagingServiceSid", "MG", "Providers:Twilio:MessagingServiceSid has to be MG")]
    public void Setting_WhenMissingWrongOrMisspelt_IsNamedWithItsRemedy(string name, string? value, string message)
    {
        var stopped = Assert.Throws<ProviderSettingsException>(() => Read(new(Right) { ["Providers:" + name] = value }));

        Assert.Contains(message, stopped.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("the-secret", stopped.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7071")]
    [InlineData("http://12345.city.example")]
    [InlineData("https://localhost")]
    public void Twilio_WhenItCannotReachUs_StopsTheStart(string site) =>
        Assert.Contains("set Site:Address", Assert.Throws<ProviderSettingsException>(() => Read(Right, site)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("12345.city.example")]
    [InlineData("ftp://city.example")]
    [InlineData("https://city.example/?a=1")]
    public void SiteAddress_WhenItIsNone_StopsTheStart(string address) => Assert.Throws<ProviderSettingsException>(
        () => SiteAddress.Read(new ConfigurationBuilder().AddInMemoryCollection([new(SiteAddress.Setting, address)]).Build(), "http://127.0.0.1"));

    [Fact]
    public void SiteAddress_WhenSet_CountsBeforeTheOneListenedOn()
    {
        var set = new ConfigurationBuilder().AddInMemoryCollection([new(SiteAddress.Setting, "https://12345.city.example/")]).Build();
        Assert.Equal("https://12345.city.example", SiteAddress.Read(set, "http://127.0.0.1:7071").Url);
        Assert.Equal("http://127.0.0.1:7071", SiteAddress.Read(new ConfigurationBuilder().Build(), "http://127.0.0.1:7071").Url);
    }

    [Theory]
    [InlineData("Smtp")]
    [InlineData("Imap")]
    [InlineData("Twilio")]
    public void Settings_WhenThisBuildHasNoProviderForThem_StopTheStart(string provider)
    {
        var set = new ConfigurationBuilder().AddInMemoryCollection([new($"Providers:{provider}:Host", "x")]).Build();

        Assert.Contains("-p:Providers=true", Assert.Throws<ProviderSettingsException>(() => MailAndTwilioSettings.RefuseIfGiven(set)).Message, StringComparison.Ordinal);
        MailAndTwilioSettings.RefuseIfGiven(new ConfigurationBuilder().Build());
    }
}
