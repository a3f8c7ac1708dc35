using Microsoft.AspNetCore.Components;

namespace HotlinePush.Pages.Parts;

/// <summary>A page or a part of one: it shows what it was given, and reads nothing.</summary>
public abstract class PageComponent : ComponentBase
{
    [CascadingParameter] public required PageContext Page { get; set; }

    protected Texts T => Page.Texts;
    protected Moments When => Page.Moments;
}
