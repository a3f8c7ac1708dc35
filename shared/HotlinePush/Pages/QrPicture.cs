using System.Globalization;
using System.Text;
using QRCoder;

namespace HotlinePush.Pages;

/// <summary>A QR code as one SVG path, to stand in the page itself: dark on white in either theme, with the quiet zone readers need.</summary>
public static class QrPicture
{
    /// <param name="alone">A file of its own, not part of a page.</param>
    public static string Svg(string text, string label, bool alone = false)
    {
        using var generator = new QRCodeGenerator();
        // The matrix has the four modules of quiet zone around it.
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var matrix = code.ModuleMatrix;
        var path = new StringBuilder();
        for (var y = 0; y < matrix.Count; y++)
            for (var x = 0; x < matrix.Count; x++)
            {
                if (!matrix[y][x])
                    continue;
                var from = x;
                while (x + 1 < matrix.Count && matrix[y][x + 1])
                    x++;
                path.Append(CultureInfo.InvariantCulture, $"M{from} {y}h{x - from + 1}v1h-{x - from + 1}z");
            }

        return string.Create(CultureInfo.InvariantCulture,
            $"""<svg{(alone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "")} class="qr" role="img" aria-label="{System.Net.WebUtility.HtmlEncode(label)}" viewBox="0 0 {matrix.Count} {matrix.Count}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{matrix.Count}v{matrix.Count}H0z"/><path fill="#000" d="{path}"/></svg>""");
    }
}
