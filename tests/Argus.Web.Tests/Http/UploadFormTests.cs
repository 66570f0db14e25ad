using System.Text;
using Argus.Web.Http;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Argus.Web.Tests.Http;

public class UploadFormTests
{
    [Theory]
    [InlineData("filename=\"a %22b%22.mp4\"", "a \"b\".mp4")]
    [InlineData("filename=\"a%0D%0Ab.mp4\"", "ab.mp4")]
    [InlineData("filename=\"100%25 %41 %2F.mp4\"", "100%25 %41 %2F.mp4")]
    [InlineData("filename=\"C:\\videos\\a.mp4\"", "a.mp4")]
    [InlineData("filename*=UTF-8''a%20%22b%22.mp4", "a \"b\".mp4")]
    public async Task A_name_is_what_the_client_had_before_its_form_escaped_it(string field, string name)
    {
        var body = $"--x\r\nContent-Disposition: form-data; name=\"file\"; {field}\r\n\r\nvideo\r\n--x--\r\n";
        var http = new DefaultHttpContext();
        http.Request.ContentType = "multipart/form-data; boundary=x";
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        var file = await UploadFormReader.Create(http.Request).ReadNextFileAsync(CancellationToken.None);
        Assert.Equal(name, file?.Name);
    }
}
