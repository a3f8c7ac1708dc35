using HotlinePush.Channels;
using HotlinePush.Local.Demo;
using Microsoft.Extensions.Configuration;

namespace HotlinePush.Tests.Demo;

public sealed class DemoReachTests
{
    private static void Check(string name, string value) => DemoReach.Check(new ConfigurationBuilder().AddInMemoryCollection([new("Providers:" + name, value)]).Build());

    [Theory]
    [InlineData("Twilio:Endpoint", "http://127.0.0.1:5000")]
    [InlineData("Aliyun:Endpoint", "http://localhost:5000/")]
    [InlineData("Smtp:Host", "localhost")]
    [InlineData("Smtp:Host", "127.0.0.1")]
    [InlineData("Smtp:Host", "::1")]
    [InlineData("WeCom:Enabled", "true")]
    [InlineData("Nothing", "")]
    public void Demonstration_WhenItsProvidersAreHere_Starts(string name, string value) => Check(name, value);

    [Theory]
    [InlineData("Twilio:AccountSid", "AC")]
    [InlineData("Twilio:Endpoint", "https://api.twilio.com")]
    [InlineData("Aliyun:AccessKeyId", "id")]
    [InlineData("Smtp:Host", "smtp.city.example")]
    [InlineData("Smtp:Host", "not a host")]
    public void Demonstration_WhenAProviderWouldReachPeople_DoesNotStart(string name, string value) =>
        Assert.Contains("--demo reaches nobody real", Assert.Throws<ProviderSettingsException>(() => Check(name, value)).Message, StringComparison.Ordinal);
}
