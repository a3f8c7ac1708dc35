using HotlinePush.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Channels;

public sealed class ProviderSettingsTests
{
    private static readonly Dictionary<string, string?> Aliyun = new()
    {
        ["Providers:Aliyun:AccessKeyId"] = "id",
        ["Providers:Aliyun:AccessKeySecret"] = "the-secret",
        ["Providers:Aliyun:SignName"] = "云泽市",
    };

    private static IServiceCollection Add(IEnumerable<KeyValuePair<string, string?>> settings) =>
        new ServiceCollection().AddHotlineProviders(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());

    private static int Providers(IServiceCollection services) => services.Count(s => s.ServiceType == typeof(IDeliveryChannel));

    [Fact]
    public void Provider_WhenNothingOfItIsSet_IsNone() => Assert.Equal(0, Providers(Add([])));

    [Fact]
    public void Provider_WhenItsSettingsAreGiven_IsRegistered() => Assert.Equal(1, Providers(Add(Aliyun)));

    [Theory]
    [InlineData("AccessKeySecret", null, "AccessKeySecret is missing")]
    [InlineData("SignName", " ", "SignName is missing")]
    [InlineData("PerSecond", "0", "PerSecond has to be a number from 1 to 5000")]
    [InlineData("PerSecond", "many", "PerSecond has to be a number")]
    [InlineData("Endpoint", "dysmsapi.aliyuncs.com", "Endpoint has to be an address such as https://dysmsapi.aliyuncs.com")]
    [InlineData("Endpoint", "http://dysmsapi.aliyuncs.com", "Endpoint has to be an address")]
    [InlineData("Endpoint", "https://dysmsapi.aliyuncs.com/path", "Endpoint has to be an address")]
    [InlineData("AcessKeyId", "x", "AcessKeyId is no setting of Aliyun; known are AccessKeyId")]
    public void Setting_WhenMissingWrongOrMisspelt_StopsTheStartWithItsNameAndTheRemedy(string name, string? value, string message)
    {
        var settings = new Dictionary<string, string?>(Aliyun) { ["Providers:Aliyun:" + name] = value };

        var stopped = Assert.Throws<ProviderSettingsException>(() => Add(settings));

        Assert.Contains("Providers:Aliyun:" + message, stopped.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("the-secret", stopped.Message, StringComparison.Ordinal);
    }
}
