using System.Xml.Linq;
using HotlinePush.Storage;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;

namespace HotlinePush.Security;

/// <summary>
/// The framework's data-protection keys (they sign the forms' tokens) in the table store, so that every instance reads what any of
/// them wrote. Sealed by the city's key ring before they come here.
/// </summary>
internal sealed class ProtectionKeys(ITableStore store) : IXmlRepository
{
    public const string Table = "keys";
    private static readonly string Partition = Keys.Of("protection");

    // The framework asks for these synchronously, at start and about once a day.
    public IReadOnlyCollection<XElement> GetAllElements() => Task.Run(ReadAsync).GetAwaiter().GetResult();

    public void StoreElement(XElement element, string friendlyName)
    {
        var row = Keys.Of(friendlyName.Length is > 0 and <= 64 ? friendlyName : Guid.NewGuid().ToString("N"));
        var value = System.Text.Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting));
        Task.Run(() => store.CommitAsync(new Batch(Table, Partition).Upsert(row, value))).GetAwaiter().GetResult();
    }

    private async Task<IReadOnlyCollection<XElement>> ReadAsync()
    {
        var found = new List<XElement>();
        await foreach (var row in store.ReadAllAsync(Table, Partition, new("!", "~"), 100))
            found.Add(XElement.Parse(System.Text.Encoding.UTF8.GetString(row.Value.Span)));
        return found;
    }
}

internal sealed class ProtectionKeySealing(KeyRing keys) : IXmlEncryptor
{
    internal static readonly byte[] Context = "protection"u8.ToArray();

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        using var key = keys.NewDataKey();
        var wrapped = keys.Wrap(key);
        var box = key.Seal(System.Text.Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting)), Context);
        var element = new XElement("sealed",
            new XAttribute("keyId", wrapped.KeyId), new XAttribute("key", Convert.ToBase64String(wrapped.Value)), Convert.ToBase64String(box));
        return new(element, typeof(ProtectionKeyOpening));
    }
}

/// <summary>Made by the framework from the type's name that stands with each sealed key.</summary>
internal sealed class ProtectionKeyOpening(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var wrapped = new WrappedKey((string)encryptedElement.Attribute("keyId")!, Convert.FromBase64String((string)encryptedElement.Attribute("key")!));
        using var key = services.GetRequiredService<KeyRing>().Unwrap(wrapped);
        return XElement.Parse(System.Text.Encoding.UTF8.GetString(key.Open(Convert.FromBase64String(encryptedElement.Value), ProtectionKeySealing.Context)));
    }
}

internal sealed class ProtectionSettings(ITableStore store, KeyRing keys) : IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions options)
    {
        options.XmlRepository = new ProtectionKeys(store);
        options.XmlEncryptor = new ProtectionKeySealing(keys);
    }
}
