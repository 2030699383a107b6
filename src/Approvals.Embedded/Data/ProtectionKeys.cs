using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Approvals.Embedded.Data;

/// <summary>The Data Protection key ring in the data folder, each key in a file that only its owner can read.</summary>
internal sealed class ProtectionKeys(string folder) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. Directory.EnumerateFiles(folder, "*.xml").Select(file => XElement.Parse(Encoding.UTF8.GetString(DataFolder.ReadSecret(file))))];

    public void StoreElement(XElement element, string friendlyName)
    {
        // The framework's names are "key-<guid>" and "revocation-<…>"; anything else must not become a path.
        string name = string.Concat(friendlyName.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-'));
        DataFolder.WriteNewSecret(Path.Combine(folder, name + ".xml"), Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting)));
    }
}
