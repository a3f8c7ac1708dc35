using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace HotlinePush.Inbound.WeChat;

/// <summary>The platform's XML: flat, small, without a document type; read so, whatever is sent.</summary>
internal static class WeChatXml
{
    private const int MaxCharacters = 64 * 1024;

    private static readonly XmlReaderSettings Safe = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxCharacters,
        MaxCharactersFromEntities = 0,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <returns>The elements below the root, each name once; null where it is no such XML.</returns>
    public static IReadOnlyDictionary<string, string>? Read(string text)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), Safe);
            var root = XDocument.Load(reader).Root;
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var element in root?.Elements() ?? [])
                fields.TryAdd(element.Name.LocalName, element.Value);
            return fields;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>A passive answer 被动回复 of text.</summary>
    public static string Text(string to, string from, DateTimeOffset at, string content) => new XElement(
        "xml",
        new XElement("ToUserName", new XCData(to)),
        new XElement("FromUserName", new XCData(from)),
        new XElement("CreateTime", at.ToUnixTimeSeconds()),
        new XElement("MsgType", new XCData("text")),
        new XElement("Content", new XCData(content.Replace("]]>", "]]＞", StringComparison.Ordinal)))).ToString(SaveOptions.DisableFormatting);

    public static string Sealed(string encrypted, string signature, string timestamp, string nonce) => new XElement(
        "xml",
        new XElement("Encrypt", new XCData(encrypted)),
        new XElement("MsgSignature", new XCData(signature)),
        new XElement("TimeStamp", timestamp),
        new XElement("Nonce", new XCData(nonce))).ToString(SaveOptions.DisableFormatting);

    public static DateTimeOffset? Moment(string? seconds) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var unix) && unix is > 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(unix) : null;

    public static double? Degrees(string? text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var degrees) && double.IsFinite(degrees) ? degrees : null;

    public static string Decode(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
