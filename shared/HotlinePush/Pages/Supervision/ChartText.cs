using HotlinePush.Pages.Parts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace HotlinePush.Pages.Supervision;

/// <summary>A <c>text</c> of a picture: the word means something else in a Razor file.</summary>
public sealed class ChartText : PageComponent
{
    [Parameter] public required double X { get; set; }
    [Parameter] public required double Y { get; set; }
    [Parameter] public required string Anchor { get; set; }
    [Parameter] public string Class { get; set; } = "axis";
    [Parameter] public required object Value { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "text");
        builder.AddAttribute(1, "class", Class);
        builder.AddAttribute(2, "x", Rates.Number(X));
        builder.AddAttribute(3, "y", Rates.Number(Y));
        builder.AddAttribute(4, "text-anchor", Anchor);
        builder.AddContent(5, Value);
        builder.CloseElement();
    }
}
